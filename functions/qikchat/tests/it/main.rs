//! The function's binary, from an HTTP event to the consumer of a real queue.

testkit::suite!(qikchat::PROVIDER);
