namespace Tspm.Guardian.Contract;

/// <summary>Exit codes by which a daemon tells its guardian more than "I died".</summary>
internal static class DaemonExit
{
    /// <summary>It cannot start and another try would not help; it has said why (EX_CONFIG of sysexits.h).</summary>
    public const int CannotStart = 78;
}
