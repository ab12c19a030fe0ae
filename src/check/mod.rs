//! What is reported: rules, and the findings they make of effective configurations.
