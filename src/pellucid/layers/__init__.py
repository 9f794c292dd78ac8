"""The layers, under Keras 3's names."""

from pellucid.layers.activations import ELU, Heaviside, LeakyReLU, PReLU, ReLU, Softmax
from pellucid.layers.adaptive_pooling import (
    AdaptiveAveragePooling1D,
    AdaptiveAveragePooling2D,
    AdaptiveAveragePooling3D,
    AdaptiveMaxPooling1D,
    AdaptiveMaxPooling2D,
    AdaptiveMaxPooling3D,
)
from pellucid.layers.as_data import deserialize, serialize
from pellucid.layers.attention.dot import AdditiveAttention, Attention
from pellucid.layers.attention.multi_head import (
    GroupedQueryAttention,
    GroupQueryAttention,
    MultiHeadAttention,
)
from pellucid.layers.batch_normalization import BatchNormalization
from pellucid.layers.borders import (
    Cropping1D,
    Cropping2D,
    Cropping3D,
    ZeroPadding1D,
    ZeroPadding2D,
    ZeroPadding3D,
)
from pellucid.layers.convolution import (
    Conv1D,
    Conv2D,
    Conv3D,
    Convolution1D,
    Convolution2D,
    Convolution3D,
)
from pellucid.layers.convolution_transpose import (
    Conv1DTranspose,
    Conv2DTranspose,
    Conv3DTranspose,
    Convolution1DTranspose,
    Convolution2DTranspose,
    Convolution3DTranspose,
)
from pellucid.layers.core import Activation, Dense, Identity, Maxout
from pellucid.layers.einsum_dense import EinsumDense
from pellucid.layers.embedding import Embedding
from pellucid.layers.global_pooling import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalAvgPool1D,
    GlobalAvgPool2D,
    GlobalAvgPool3D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
    GlobalMaxPool3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
)
from pellucid.layers.input_spec import InputSpec
from pellucid.layers.inputs import Input, InputLayer
from pellucid.layers.joining import Concatenate, Dot, concatenate, dot
from pellucid.layers.lambda_layer import Lambda
from pellucid.layers.layer import Layer
from pellucid.layers.masking import Masking
from pellucid.layers.merging import (
    Add,
    Average,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    maximum,
    minimum,
    multiply,
    subtract,
)
from pellucid.layers.noise import AlphaDropout, GaussianDropout, GaussianNoise
from pellucid.layers.normalization import (
    GroupNormalization,
    LayerNormalization,
    RMSNormalization,
    UnitNormalization,
)
from pellucid.layers.pipeline import Pipeline
from pellucid.layers.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    AvgPool1D,
    AvgPool2D,
    AvgPool3D,
    MaxPool1D,
    MaxPool2D,
    MaxPool3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from pellucid.layers.preprocessing.augmentation import (
    RandomBrightness,
    RandomContrast,
    RandomFlip,
    RandomGrayscale,
    RandomInvert,
)
from pellucid.layers.preprocessing.blur import RandomGaussianBlur, RandomSharpness
from pellucid.layers.preprocessing.bounding_boxes import MaxNumBoundingBoxes
from pellucid.layers.preprocessing.colour import (
    RandomColorDegeneration,
    RandomColorJitter,
    RandomHue,
    RandomSaturation,
)
from pellucid.layers.preprocessing.distortion import RandomElasticTransform, RandomPerspective
from pellucid.layers.preprocessing.encoding import CategoryEncoding, Discretization
from pellucid.layers.preprocessing.erasing import RandomErasing
from pellucid.layers.preprocessing.feature_space import FeatureSpace
from pellucid.layers.preprocessing.geometry import (
    RandomRotation,
    RandomShear,
    RandomTranslation,
    RandomZoom,
)
from pellucid.layers.preprocessing.hashing import HashedCrossing, Hashing
from pellucid.layers.preprocessing.histogram import (
    ContrastLimitedAdaptiveHistogramEqualization,
    Equalization,
)
from pellucid.layers.preprocessing.images import CenterCrop, RandomCrop, Resizing
from pellucid.layers.preprocessing.lookup import IntegerLookup, StringLookup
from pellucid.layers.preprocessing.mixing import CutMix, MixUp
from pellucid.layers.preprocessing.rand_augment import AugMix, RandAugment
from pellucid.layers.preprocessing.rescaling import Normalization, Rescaling
from pellucid.layers.preprocessing.spectrogram import MelSpectrogram, STFTSpectrogram
from pellucid.layers.preprocessing.text import TextVectorization
from pellucid.layers.preprocessing.tones import AutoContrast, RandomPosterization, Solarization
from pellucid.layers.recurrent.bidirectional import Bidirectional
from pellucid.layers.recurrent.conv_lstm import ConvLSTM1D, ConvLSTM2D, ConvLSTM3D
from pellucid.layers.recurrent.gru import GRU, GRUCell
from pellucid.layers.recurrent.lstm import LSTM, LSTMCell
from pellucid.layers.recurrent.rnn import RNN, StackedRNNCells
from pellucid.layers.recurrent.simple_rnn import SimpleRNN, SimpleRNNCell
from pellucid.layers.recurrent.time_distributed import TimeDistributed
from pellucid.layers.regularization import (
    ActivityRegularization,
    Dropout,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from pellucid.layers.reshaping import Flatten, Permute, RepeatVector, Reshape
from pellucid.layers.reversible_embedding import ReversibleEmbedding
from pellucid.layers.separable import (
    DepthwiseConv1D,
    DepthwiseConv2D,
    SeparableConv1D,
    SeparableConv2D,
    SeparableConvolution1D,
    SeparableConvolution2D,
)
from pellucid.layers.spectral_normalization import SpectralNormalization
from pellucid.layers.upsampling import (
    UpSampling1D,
    UpSampling2D,
    UpSampling3D,
)
from pellucid.layers.wrapper import Wrapper

__all__ = [
    "ELU",
    "GRU",
    "LSTM",
    "RNN",
    "Activation",
    "ActivityRegularization",
    "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D",
    "AdaptiveAveragePooling3D",
    "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D",
    "AdaptiveMaxPooling3D",
    "Add",
    "AdditiveAttention",
    "AlphaDropout",
    "Attention",
    "AugMix",
    "AutoContrast",
    "Average",
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "BatchNormalization",
    "Bidirectional",
    "CategoryEncoding",
    "CenterCrop",
    "Concatenate",
    "ContrastLimitedAdaptiveHistogramEqualization",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "Convolution1D",
    "Convolution1DTranspose",
    "Convolution2D",
    "Convolution2DTranspose",
    "Convolution3D",
    "Convolution3DTranspose",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "CutMix",
    "Dense",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "Discretization",
    "Dot",
    "Dropout",
    "EinsumDense",
    "Embedding",
    "Equalization",
    "FeatureSpace",
    "Flatten",
    "GRUCell",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
    "GroupNormalization",
    "GroupQueryAttention",
    "GroupedQueryAttention",
    "HashedCrossing",
    "Hashing",
    "Heaviside",
    "Identity",
    "Input",
    "InputLayer",
    "InputSpec",
    "IntegerLookup",
    "LSTMCell",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "MaxNumBoundingBoxes",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "Maximum",
    "Maxout",
    "MelSpectrogram",
    "Minimum",
    "MixUp",
    "MultiHeadAttention",
    "Multiply",
    "Normalization",
    "PReLU",
    "Permute",
    "Pipeline",
    "RMSNormalization",
    "RandAugment",
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomContrast",
    "RandomCrop",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomHue",
    "RandomInvert",
    "RandomPerspective",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomSharpness",
    "RandomShear",
    "RandomTranslation",
    "RandomZoom",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Resizing",
    "ReversibleEmbedding",
    "STFTSpectrogram",
    "SeparableConv1D",
    "SeparableConv2D",
    "SeparableConvolution1D",
    "SeparableConvolution2D",
    "SimpleRNN",
    "SimpleRNNCell",
    "Softmax",
    "Solarization",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "SpectralNormalization",
    "StackedRNNCells",
    "StringLookup",
    "Subtract",
    "TextVectorization",
    "TimeDistributed",
    "UnitNormalization",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "Wrapper",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
    "add",
    "average",
    "concatenate",
    "deserialize",
    "dot",
    "maximum",
    "minimum",
    "multiply",
    "serialize",
    "subtract",
]
