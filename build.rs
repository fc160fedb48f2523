//! Names the shared library for the dynamic linker.

use std::env::{self, VarError};

/// Sets the SONAME, so that programs ask the dynamic linker for the ABI they were built against
/// and not for whatever `libamio.so` is.
fn main() -> Result<(), VarError> {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_OS")? == "linux" {
        let abi = env::var("CARGO_PKG_VERSION_MAJOR")?;
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libamio.so.{abi}");
    }
    Ok(())
}
