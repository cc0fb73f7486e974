using System.Globalization;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Guardian.Contract;

/// <summary>
/// How a guardian was started: the words after <c>tspm daemon</c>, handed on through the re-exec and to the daemon.
/// </summary>
/// <param name="ReadyDescriptor">Where to report readiness, -1: nowhere (foreground).</param>
/// <param name="OpenFilesLimit">The soft limit before it was raised, which children get by default; 0: not
/// known.</param>
/// <param name="GuardianPid">Parent of the daemon; 0 for the guardian itself.</param>
/// <param name="OomScore">The score before it was lowered, which children get; null: it was not lowered.</param>
/// <param name="Foreground">Somebody looks at standard error: a terminal, a container's log, a service manager.</param>
/// <param name="UpgradeProblem">Why the last upgrade was undone; null: there was none, or it worked.</param>
internal sealed record GuardianOptions(
    int ReadyDescriptor = -1, long OpenFilesLimit = 0, int GuardianPid = 0, int? OomScore = null,
        bool Foreground = false, string? UpgradeProblem = null)
{
    public const string ReadyFlag = NestedGuardian.LaunchedFlag, LimitFlag = "--open-files=",
    GuardianFlag = "--guardian=", OomScoreFlag = "--oom-score=", ForegroundFlag = "--foreground",
        ProblemFlag = "--upgrade-problem=", TakeOverFlag = "--take-over", ForeignSocketFlag = "--foreign-socket",
            ApplyFlag = "--apply", ExitWhenFlag = "--exit-when", LogsFlag = "--logs",
        DeathsFlag = "--deaths=", HomeProblemFlag = "--home-problem=", SoftLimitsFlag = "--soft-limits=";

    /// <summary>What <see cref="ExitWhen"/> may be.</summary>
    public const string WhenErrored = "errored", WhenAllStopped = "all-stopped";

    /// <summary>
    /// The soft limits that the guardian was started with, which children get by default, see <see
    /// cref="Tspm.Model.Config.SoftLimits"/>; null: not known.
    /// </summary>
    public string? Limits { get; init; }

    /// <summary>A daemon that runs already hands over: for service managers, whose daemon it is to be.</summary>
    public bool TakesOver { get; init; }

    /// <summary>The listening socket came from a service manager: its file is not ours to remove.</summary>
    public bool HasForeignSocket { get; init; }

    /// <summary>
    /// Absolute path of a config file whose processes are defined and started; forgotten when that is done.
    /// </summary>
    public string? Apply { get; init; }

    /// <summary>When the daemon ends by itself, see <see cref="WhenErrored"/>; null: never.</summary>
    public string? ExitWhen { get; init; }

    /// <summary>What the children print goes to standard output as well.</summary>
    public bool ShowsLogs { get; init; }

    /// <summary>Daemons that died before this one; null: the guardian does not say. For a daemon only.</summary>
    public DeathTally? Deaths { get; init; }

    /// <summary>What happened to the home under this guardian; null: nothing. For a daemon only.</summary>
    public string? HomeProblem { get; init; }

    /// <summary>Null: a word that is none of these.</summary>
    public static GuardianOptions? Parse(ReadOnlySpan<string> words)
    {
        var options = new GuardianOptions();
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            if (word.StartsWith(ReadyFlag, StringComparison.Ordinal)
                && int.TryParse(word.AsSpan(ReadyFlag.Length), out var ready))
                options = options with { ReadyDescriptor = ready };
            else if (word.StartsWith(LimitFlag, StringComparison.Ordinal)
                && long.TryParse(word.AsSpan(LimitFlag.Length), out var limit))
                options = options with { OpenFilesLimit = limit };
            else if (word.StartsWith(GuardianFlag, StringComparison.Ordinal)
                && int.TryParse(word.AsSpan(GuardianFlag.Length), out var pid))
                options = options with { GuardianPid = pid };
            else if (word.StartsWith(OomScoreFlag, StringComparison.Ordinal)
                && int.TryParse(word.AsSpan(OomScoreFlag.Length), out var score))
                options = options with { OomScore = score };
            else if (word.StartsWith(SoftLimitsFlag, StringComparison.Ordinal)) options = options with
            {
                Limits = word[SoftLimitsFlag.Length..],
            };
            else if (word == ForegroundFlag) options = options with { Foreground = true };
            else if (word.StartsWith(ProblemFlag, StringComparison.Ordinal)) options = options with
            {
                UpgradeProblem = word[ProblemFlag.Length..],
            };
            else if (word == TakeOverFlag) options = options with { TakesOver = true };
            else if (word == ForeignSocketFlag) options = options with { HasForeignSocket = true };
            else if (word.StartsWith(DeathsFlag, StringComparison.Ordinal)
                && DeathTally.Parse(word[DeathsFlag.Length..].Split(':')) is { } deaths)
                options = options with { Deaths = deaths };
            else if (word.StartsWith(HomeProblemFlag, StringComparison.Ordinal)) options = options with
            {
                HomeProblem = word[HomeProblemFlag.Length..],
            };
            else if (word == LogsFlag) options = options with { ShowsLogs = true };
            else if (Value(words, ref i, ApplyFlag) is { Length: > 0 } file) options = options with
            {
                Apply = Platform.ShellFolder.Absolute(file),
            };
            else if (Value(words, ref i, ExitWhenFlag) is (WhenErrored or WhenAllStopped) and var when)
                options = options with { ExitWhen = when };
            else return null;
        }
        return options;
    }

    /// <summary>One that takes its value from the next word; with a wrong value it is a flag all the same.</summary>
    public static bool IsFlag(string word) =>
        word.StartsWith(ApplyFlag, StringComparison.Ordinal) || word.StartsWith(ExitWhenFlag, StringComparison.Ordinal);

    /// <summary>
    /// The value of a flag, as <c>--flag=value</c> or as the next word; null: another word, or no value.
    /// </summary>
    static string? Value(ReadOnlySpan<string> words, ref int at, string flag)
    {
        var word = words[at];
        if (word == flag) return at + 1 < words.Length ? words[++at] : null;
        return word.StartsWith(flag, StringComparison.Ordinal) && word.Length > flag.Length && word[flag.Length] == '='
            ? word[(flag.Length + 1)..]
            : null;
    }

    public string[] ToWords() =>
    [
        string.Create(CultureInfo.InvariantCulture, $"{ReadyFlag}{ReadyDescriptor}"),
        string.Create(CultureInfo.InvariantCulture, $"{LimitFlag}{OpenFilesLimit}"),
        string.Create(CultureInfo.InvariantCulture, $"{GuardianFlag}{GuardianPid}"),
        .. OomScore is { } score
            ? [string.Create(CultureInfo.InvariantCulture, $"{OomScoreFlag}{score}")]
            : Array.Empty<string>(),
        .. Limits is { } limits ? (string[])[SoftLimitsFlag + limits] : [],
        .. Foreground ? (string[])[ForegroundFlag] : [],
        .. UpgradeProblem is { } problem ? (string[])[ProblemFlag + problem] : [],
        .. TakesOver ? (string[])[TakeOverFlag] : [],
        .. HasForeignSocket ? (string[])[ForeignSocketFlag] : [],
        .. Apply is { } file ? (string[])[$"{ApplyFlag}={file}"] : [],
        .. ExitWhen is { } when ? (string[])[$"{ExitWhenFlag}={when}"] : [],
        .. ShowsLogs ? (string[])[LogsFlag] : [],
        .. HomeProblem is { } home ? (string[])[HomeProblemFlag + home] : [],
        .. Deaths is { } deaths ? (string[])[DeathsFlag + deaths.ToText(':')] : [],
    ];
}
