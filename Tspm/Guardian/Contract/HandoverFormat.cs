namespace Tspm.Guardian.Contract;

/// <summary>
/// The format of what one version of the guardian hands over to the next. A version that proves itself to the running
/// daemon says up to which format it reads.
/// </summary>
internal static class HandoverFormat
{
    /// <summary>The newest format, and the only one so far.</summary>
    public const int Current = 1;
}
