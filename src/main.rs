//! From arguments to an exit code.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    kubelet_lint::main()
}
