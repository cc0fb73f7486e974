using System.Globalization;
using Tspm.Guardian.Contract;
using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Guardian;

/// <summary>
/// A new version on probation: until its daemon has answered once, the guardian keeps the former executable, and goes
/// back to it when the daemon dies again and again, says that it cannot start, or does neither in time.
/// </summary>
/// <param name="Former">A descriptor of the executable to go back to.</param>
/// <param name="Until">By when a daemon has to have answered.</param>
/// <param name="Deaths">Daemons of this version that died before they answered.</param>
internal sealed record UpgradeProbation(Descriptor Former, TimeSpan Until, int Deaths)
{
    /// <summary>One death can be an accident of the machine, three in a row are the version's.</summary>
    public const int MostDeaths = 3;

    /// <summary>Loading a thousand processes takes a second on a slow machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static UpgradeProbation Begin(Descriptor former, TimeSpan now) => new(former, now + Patience, 0);

    public UpgradeProbation AfterDeath() => this with { Deaths = Deaths + 1 };

    /// <summary>
    /// After a death that has been counted: the sentence why the probation has failed; null: the version gets another
    /// try.
    /// </summary>
    /// <param name="status">How the daemon ended.</param>
    /// <param name="reason">What the daemon itself gave as the reason; null: it gave none.</param>
    /// <param name="now">The time of the death.</param>
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
