//! Names the shared library for the dynamic linker and generates the C header.
//!
//! The header goes to `OUT_DIR`, never into the source tree: `tests/header.rs` compares it with
//! the committed `include/amio.h`, and `make header` refreshes that file.

use std::path::PathBuf;
use std::{env, error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    name_shared_library()?;
    let header = PathBuf::from(env::var("OUT_DIR")?).join("amio.h");
    fs::write(&header, generate_header()?)?;
    println!("cargo::rustc-env=AMIO_HEADER={}", header.display());
    Ok(())
}

/// Sets the SONAME, so that programs ask the dynamic linker for the ABI they were built against
/// and not for whatever `libamio.so` is.
fn name_shared_library() -> Result<(), Box<dyn Error>> {
    if env::var("CARGO_CFG_TARGET_OS")? == "linux" {
        let abi = env::var("CARGO_PKG_VERSION_MAJOR")?;
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libamio.so.{abi}");
    }
    Ok(())
}

/// The text of the header: everything public below `src/capi`, in the order of the `mod` lines of
/// `src/capi/mod.rs`.
fn generate_header() -> Result<Vec<u8>, Box<dyn Error>> {
    println!("cargo::rerun-if-changed=cbindgen.toml");
    println!("cargo::rerun-if-changed=src/capi");
    let bindings = cbindgen::Builder::new()
        .with_config(cbindgen::Config::from_file("cbindgen.toml")?)
        .with_src("src/capi/mod.rs")
        .generate()?;
    let mut header = Vec::new();
    bindings.write(&mut header);
    Ok(header)
}
