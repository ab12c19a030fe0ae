//! From arguments to an exit code.
#![forbid(unsafe_code)]

/// With the allocator of musl a run takes twice as long.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    kubelet_lint::main()
}
