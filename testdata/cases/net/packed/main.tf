module "x" {
  source = "git::https://x/y"
  ud = "IyEvYmluL2Jhc2gKL2V0Yy9la3MvYm9vdHN0cmFwLnNoIGMgLS1rdWJlbGV0LWV4dHJhLWFyZ3MgLS1zdHJlYW1pbmctY29ubmVjdGlvbi1pZGxlLXRpbWVvdXQ9MAo="
}
