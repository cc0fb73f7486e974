using System.Globalization;
using Tspm.Guardian.Contract;
using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Guardian;

/// <summary>
/// The probation of a new version. Until its daemon has answered once, the guardian keeps the previous executable, and
/// returns to it if the daemon dies repeatedly, reports that it cannot start, or does not answer in time.
/// </summary>
/// <param name="Former">A descriptor of the previous executable.</param>
/// <param name="Until">Deadline for the first answer of a daemon.</param>
/// <param name="Deaths">Daemons of this version that died before they answered.</param>
internal sealed record UpgradeProbation(Descriptor Former, TimeSpan Until, int Deaths)
{
    /// <summary>A single death may be the machine's fault; three in a row are the version's.</summary>
    public const int MostDeaths = 3;

    /// <summary>Generous: loading a thousand processes takes one second on a slow machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static UpgradeProbation Begin(Descriptor former, TimeSpan now) => new(former, now + Patience, 0);

    public UpgradeProbation AfterDeath() => this with { Deaths = Deaths + 1 };

    /// <summary>
    /// Decides after a counted death whether the probation has failed.
    /// </summary>
    /// <param name="status">How the daemon ended.</param>
    /// <param name="reason">The reason that the daemon itself has reported; null: none.</param>
    /// <param name="now">The time of the death, on the monotonic clock.</param>
    /// <returns>A sentence about the failure; null if the version gets another try.</returns>
    public string? Failure(ExitStatus status, string? reason, TimeSpan now)
    {
        var isOverdue = now >= Until;
        if (Deaths < MostDeaths && status.Code != DaemonExit.CannotStart && !isOverdue) return null;
        var culture = CultureInfo.InvariantCulture;
        var what = isOverdue ? string.Create(culture, $"did not answer within {Patience.TotalSeconds} s")
            : Deaths == 1 ? "ended before it answered"
            : string.Create(culture, $"ended {Deaths} times before it answered");
        return $"its daemon {what} ({reason ?? status.ToString()})";
    }
}
