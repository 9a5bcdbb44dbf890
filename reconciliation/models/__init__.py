"""What settles and what reaches the bank, how the two are tied together, and the months they close."""

from reconciliation.models.banks import BankAccount, BankLine, StatementFile, StatementUpload
from reconciliation.models.fees import FeeBill
from reconciliation.models.files import AcquirerFile
from reconciliation.models.matches import Match, MatchLink, MatchRule
from reconciliation.models.merchants import MerchantAccount
from reconciliation.models.periods import Period, Reading
from reconciliation.models.proof import AcceptedChange, ProofLight
from reconciliation.models.review import ForgottenName, ReviewPlace
from reconciliation.models.settlements import Settlement, SettlementLine, SettlementPosting

__all__ = [
    "AcceptedChange",
    "AcquirerFile",
    "BankAccount",
    "BankLine",
    "FeeBill",
    "ForgottenName",
    "Match",
    "MatchLink",
    "MatchRule",
    "MerchantAccount",
    "Period",
    "ProofLight",
    "Reading",
    "ReviewPlace",
    "Settlement",
    "SettlementLine",
    "SettlementPosting",
    "StatementFile",
    "StatementUpload",
]
