import { source = "/modules/*.tm.hcl" }
