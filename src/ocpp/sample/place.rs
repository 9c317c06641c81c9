//! Where a field of a sample is: what the tables of values look up.

/// Where a field is: the message and the object around it.
pub(super) struct SamplePlace<'names> {
    /// `MeterValuesRequest`.
    pub message: &'names str,
    /// The field whose value is the object; empty at the top.
    pub object: &'names str,
}

impl<'names> SamplePlace<'names> {
    pub fn root(message: &'names str) -> SamplePlace<'names> {
        SamplePlace { message, object: "" }
    }

    pub fn inside(&self, object: &'names str) -> SamplePlace<'names> {
        SamplePlace { message: self.message, object }
    }
}
