//! Recording to disk: what is in the file, whatever happens meanwhile.
//!
//! What is played or fed in is numbered, so that each frame of a file tells where it comes from.

mod files;
mod full;
mod gone;
mod killed;
mod losses;
mod numbers;
mod pipes;
mod punch;
mod reading;
mod takes;
