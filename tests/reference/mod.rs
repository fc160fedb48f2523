//! An independent model of what amio plays, to test the engine against.
//!
//! Flow: [`random`] (or a test, by hand) -> [`arrangement::Arrangement`] -> [`renderer::render`],
//! and the same arrangement -> [`rig`] -> the library's offline driver; a test compares the two.
//!
//! The renderer is written from `docs/SEMANTICS.md` alone: one frame after the other, in `f64`,
//! with no index, no period and no shared code. Where it and the engine differ, one of them, or
//! the document, is wrong.

pub mod arrangement;
pub mod compare;
pub mod random;
pub mod renderer;
pub mod rig;
pub mod rng;
