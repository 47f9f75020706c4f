"""scikit-learn's ridge logistic on prepared matrices: C by cross-validated log loss. weekly_peer.py TASKS.json"""

import json
import os
import platform
import sys
import warnings

# Threads of one small product wait for each other longer than they compute; the figures do not depend on them.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

import numpy
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegressionCV
from sklearn.model_selection import GroupKFold, StratifiedKFold
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore", category=FutureWarning)
warnings.filterwarnings("error", category=ConvergenceWarning)

FOLDS = 5


def splits(kind, X, y, groups, seed):
    if kind == "accounts":
        return list(GroupKFold(FOLDS, shuffle=True, random_state=seed).split(X, y, groups))
    return list(StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(X, y))


def fit(task, folds, seed):
    X, Z, y, groups = (numpy.load(f"{task['stem']}-{part}.npy") for part in ("train", "test", "y", "groups"))
    scaler = StandardScaler().fit(X)
    model = LogisticRegressionCV(
        Cs=numpy.logspace(-4, 1, 11),
        cv=splits(folds, X, y, groups, seed),
        scoring="neg_log_loss",
        solver="lbfgs",
        max_iter=2000,
    ).fit(scaler.transform(X), y)
    C = float(numpy.ravel(model.C_)[0])
    probability = model.predict_proba(scaler.transform(Z))[:, 1]
    return {"set": task["set"], "folds": folds, "strength": 1 / C, "probability": probability.tolist()}


with open(sys.argv[1]) as file:
    told = json.load(file)
results = [fit(task, folds, told["seed"]) for task in told["tasks"] for folds in task["folds"]]
versions = {"python": platform.python_version(), "scikit-learn": sklearn.__version__, "numpy": numpy.__version__}
print(json.dumps({"versions": versions, "results": results}))
