"""What happens beside training: callbacks, under Keras 3's names."""

from pellucid.callbacks.backup_and_restore import BackupAndRestore
from pellucid.callbacks.callback import Callback, CallbackList
from pellucid.callbacks.csv_logger import CSVLogger
from pellucid.callbacks.early_stopping import EarlyStopping
from pellucid.callbacks.history import History
from pellucid.callbacks.json_logger import JSONLogger
from pellucid.callbacks.lambda_callback import LambdaCallback
from pellucid.callbacks.learning_rate_scheduler import LearningRateScheduler
from pellucid.callbacks.model_checkpoint import ModelCheckpoint
from pellucid.callbacks.monitor import MonitorCallback
from pellucid.callbacks.progbar_logger import ProgbarLogger
from pellucid.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau
from pellucid.callbacks.remote_monitor import RemoteMonitor
from pellucid.callbacks.swap_ema_weights import SwapEMAWeights
from pellucid.callbacks.tensorboard import TensorBoard
from pellucid.callbacks.terminate_on_nan import TerminateOnNaN

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "JSONLogger",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "MonitorCallback",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "RemoteMonitor",
    "SwapEMAWeights",
    "TensorBoard",
    "TerminateOnNaN",
]
