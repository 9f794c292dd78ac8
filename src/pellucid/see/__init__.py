"""Looking into networks: drawn graphs, explained gradients, pictures and reports."""

from pellucid.see import notebook  # noqa: F401  (tensors and models draw themselves)
from pellucid.see.axes import describe
from pellucid.see.boundary import plot_boundary
from pellucid.see.collapsing import collapse
from pellucid.see.confusion import confusion_counts, plot_confusion
from pellucid.see.curves import plot_curves, plot_history
from pellucid.see.drawing import draw
from pellucid.see.embedding import plot_embedding, principal_components
from pellucid.see.explaining import explain
from pellucid.see.film import BoundaryFilm
from pellucid.see.filters import plot_feature_maps, plot_filters
from pellucid.see.flow import GradientFlow, gradient_sizes, plot_flow, plot_flow_over_time
from pellucid.see.gates import gate_values, plot_gates
from pellucid.see.generated import plot_latent_walk, plot_reconstructions, plot_samples
from pellucid.see.histograms import plot_activations, plot_weights
from pellucid.see.inside import layer_outputs
from pellucid.see.mistakes import plot_top_losses, row_losses
from pellucid.see.neuron_circuit import neuron
from pellucid.see.notation import formula
from pellucid.see.predicted import plot_predicted
from pellucid.see.probabilities import (
    calibration_points,
    plot_calibration,
    plot_precision_recall,
    plot_roc,
    precision_recall_points,
    roc_points,
)
from pellucid.see.relevance import grad_cam, plot_grad_cam, plot_saliency, saliency
from pellucid.see.reporting import report
from pellucid.see.rivals import baselines
from pellucid.see.stepping import step
from pellucid.see.surface import WeightPath, loss_plane, plot_surface, random_directions

__all__ = [
    "BoundaryFilm",
    "GradientFlow",
    "WeightPath",
    "baselines",
    "calibration_points",
    "collapse",
    "confusion_counts",
    "describe",
    "draw",
    "explain",
    "formula",
    "gate_values",
    "grad_cam",
    "gradient_sizes",
    "layer_outputs",
    "loss_plane",
    "neuron",
    "plot_activations",
    "plot_boundary",
    "plot_calibration",
    "plot_confusion",
    "plot_curves",
    "plot_embedding",
    "plot_feature_maps",
    "plot_filters",
    "plot_flow",
    "plot_flow_over_time",
    "plot_gates",
    "plot_grad_cam",
    "plot_history",
    "plot_latent_walk",
    "plot_precision_recall",
    "plot_predicted",
    "plot_reconstructions",
    "plot_roc",
    "plot_saliency",
    "plot_samples",
    "plot_surface",
    "plot_top_losses",
    "plot_weights",
    "precision_recall_points",
    "principal_components",
    "random_directions",
    "report",
    "roc_points",
    "row_losses",
    "saliency",
    "step",
]
