namespace Tspm.Guardian.Contract;

/// <summary>Exit codes of the daemon that have a meaning for the guardian.</summary>
internal static class DaemonExit
{
    /// <summary>
    /// The daemon cannot start, and retrying would not help; it has reported the reason (EX_CONFIG in sysexits.h).
    /// </summary>
    public const int CannotStart = 78;
}
