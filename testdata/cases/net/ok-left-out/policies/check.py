from checkov.common.models.enums import CheckResult

BAD = "--streaming-connection-idle-timeout=0"
