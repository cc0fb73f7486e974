using System.Globalization;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Guardian.Contract;

/// <summary>
/// How a guardian was started: the words after <c>tspm daemon</c>, which are passed on through the re-exec and to the
/// daemon.
/// </summary>
/// <param name="ReadyDescriptor">A pipe on which readiness is reported; -1: none (foreground).</param>
/// <param name="OpenFilesLimit">The soft limit of open files before it was raised, which children get by default; 0:
/// unknown.</param>
/// <param name="GuardianPid">The guardian's pid, for a daemon; 0 for the guardian itself.</param>
/// <param name="OomScore">The OOM score before it was lowered, which children get; null: it was not lowered.</param>
/// <param name="Foreground">Whether someone reads standard error: a terminal, a container's log, a service
/// manager.</param>
/// <param name="UpgradeProblem">Why the last upgrade failed; null: there was none, or it succeeded.</param>
internal sealed record GuardianOptions(
    int ReadyDescriptor = -1, long OpenFilesLimit = 0, int GuardianPid = 0, int? OomScore = null,
        bool Foreground = false, string? UpgradeProblem = null)
{
    public const string ReadyFlag = NestedGuardian.LaunchedFlag, LimitFlag = "--open-files=",
    GuardianFlag = "--guardian=", OomScoreFlag = "--oom-score=", ForegroundFlag = "--foreground",
        ProblemFlag = "--upgrade-problem=", TakeOverFlag = "--take-over", ForeignSocketFlag = "--foreign-socket",
            ApplyFlag = "--apply", ExitWhenFlag = "--exit-when", LogsFlag = "--logs",
        DeathsFlag = "--deaths=", HomeProblemFlag = "--home-problem=", SoftLimitsFlag = "--soft-limits=";

    /// <summary>The values of <see cref="ExitWhen"/>.</summary>
    public const string WhenErrored = "errored", WhenAllStopped = "all-stopped";

    /// <summary>
    /// The soft limits with which the guardian was started and which children get by default, see <see
    /// cref="Tspm.Model.Config.SoftLimits"/>; null: unknown.
    /// </summary>
    public string? Limits { get; init; }

    /// <summary>
    /// Whether a running daemon must hand over to this one, so that the daemon becomes the service manager's.
    /// </summary>
    public bool TakesOver { get; init; }

    /// <summary>Whether the listening socket came from a service manager, which owns its file.</summary>
    public bool HasForeignSocket { get; init; }

    /// <summary>
    /// Absolute path of a config file whose processes the first daemon adds and starts; null for later daemons.
    /// </summary>
    public string? Apply { get; init; }

    /// <summary>
    /// When the daemon exits on its own: <see cref="WhenErrored"/> or <see cref="WhenAllStopped"/>; null: never.
    /// </summary>
    public string? ExitWhen { get; init; }

    /// <summary>Whether the output of the children is also copied to standard output.</summary>
    public bool ShowsLogs { get; init; }

    /// <summary>For a daemon: the deaths of earlier daemons; null if the guardian did not pass them.</summary>
    public DeathTally? Deaths { get; init; }

    /// <summary>For a daemon: how the home was lost under this guardian; null if it was not.</summary>
    public string? HomeProblem { get; init; }

    /// <summary>Parses the words after <c>tspm daemon</c>.</summary>
    /// <returns>Null if a word is not an option of the guardian.</returns>
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

    /// <summary>Whether the word is a flag that takes a value, whether or not the value is valid.</summary>
    public static bool IsFlag(string word) =>
        word.StartsWith(ApplyFlag, StringComparison.Ordinal) || word.StartsWith(ExitWhenFlag, StringComparison.Ordinal);

    /// <summary>
    /// The value of a flag, given as <c>--flag=value</c> or as the next word.
    /// </summary>
    /// <returns>Null if the word is not this flag, or if the value is missing.</returns>
    static string? Value(ReadOnlySpan<string> words, ref int at, string flag)
    {
        var word = words[at];
        if (word == flag) return at + 1 < words.Length ? words[++at] : null;
        return word.StartsWith(flag, StringComparison.Ordinal) && word.Length > flag.Length && word[flag.Length] == '='
            ? word[(flag.Length + 1)..]
            : null;
    }

    /// <summary>The command line from which <see cref="Parse"/> reads these options.</summary>
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
