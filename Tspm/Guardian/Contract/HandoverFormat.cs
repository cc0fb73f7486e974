namespace Tspm.Guardian.Contract;

/// <summary>
/// The format of what one version of the guardian hands over to the next. A version that proves itself to the running
/// daemon says up to which format it reads.
/// </summary>
internal static class HandoverFormat
{
    /// <summary>
    /// The newest format. 2: the run records next to it are of format 2, which a version that reads only format 1 of
    /// either cannot go on from.
    /// </summary>
    public const int Current = 2;
}
