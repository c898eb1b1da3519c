//! Who decides what: a policy, a component, its signatures, and the decision with the rule that it names. All signatures are
//! real ones.

mod case;
mod refused;
mod run;
mod signing;
