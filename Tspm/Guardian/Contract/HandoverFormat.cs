namespace Tspm.Guardian.Contract;

/// <summary>
/// The format of the <see cref="Handover"/> from one version of the guardian to the next. Before an upgrade, the new
/// version reports the highest format that it reads (see <see cref="VersionProofWriter"/>).
/// </summary>
internal static class HandoverFormat
{
    /// <summary>
    /// The newest format. Format 2 goes with run records of format 2: a version that reads only format 1 cannot
    /// continue from them.
    /// </summary>
    public const int Current = 2;
}
