using Tspm.Supervision.Recovery;

namespace Tspm.Supervision.Hooks;

/// <summary>
/// Decides whether a dead daemon of this home may have left hooks that are no longer this guardian's descendants.
/// </summary>
internal static class OrphanedHooks
{
    /// <summary>
    /// Whether some hooks belonged to a guardian that is dead as well, so that they must be looked for among all
    /// processes.
    /// </summary>
    /// <param name="left">What the earlier daemon left.</param>
    /// <param name="bootId">The current boot.</param>
    /// <param name="guardianPid">The guardian of this daemon.</param>
    public static bool MayExist(RecoveredState left, string bootId, int guardianPid)
    {
        foreach (var record in left.Records.Values)
            if (record.Common.BootId == bootId
                && (record.Current?.GuardianPid ?? record.Common.GuardianPid) != guardianPid) return true;
        return false;
    }
}
