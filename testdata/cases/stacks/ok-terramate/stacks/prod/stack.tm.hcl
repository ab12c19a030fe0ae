stack {
  name = "prod"
}
globals {
  idle = tm_ternary(terramate.stack.name == "prod", "4h", "0")
}
