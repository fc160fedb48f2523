//! A reference renderer: an independent implementation with which the engine's output is compared.
//!
//! Flow: [`random`] (or a test, by hand) -> [`arrangement::Arrangement`] -> [`renderer::render`],
//! and the same arrangement -> [`rig`] -> the library's offline driver; a test compares the two.
//!
//! The renderer follows only `docs/SEMANTICS.md`. It computes one frame after the other, in `f64`, without
//! an index or periods, and shares no code with the engine. If they differ, one of them or the document is
//! wrong.

pub mod arrangement;
pub mod compare;
pub mod random;
pub mod renderer;
pub mod rig;
pub mod rng;
