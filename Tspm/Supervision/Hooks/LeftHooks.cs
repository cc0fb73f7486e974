using Tspm.Supervision.Recovery;

namespace Tspm.Supervision.Hooks;

/// <summary>Which hooks a dead daemon of this home may have left, and where they are to be looked for.</summary>
internal static class LeftHooks
{
    /// <summary>Some were those of a guardian that is dead too: they are nobody's children any more.</summary>
    /// <param name="left">What the daemon left.</param>
    /// <param name="bootId">This boot.</param>
    /// <param name="guardianPid">The guardian of this daemon.</param>
    public static bool MayBeAnywhere(RecoveredState left, string bootId, int guardianPid)
    {
        foreach (var record in left.Records.Values)
            if (record.Common.BootId == bootId
                && (record.Current?.GuardianPid ?? record.Common.GuardianPid) != guardianPid) return true;
        return false;
    }
}
