using System.Globalization;

namespace Tspm.Guardian;

/// <summary>How a guardian was started: the words after <c>tspm daemon</c>, handed on through the re-exec and to the daemon.</summary>
/// <param name="ReadyDescriptor">Where to report readiness, -1: nowhere (foreground).</param>
/// <param name="OpenFilesLimit">The soft limit before it was raised, which children get by default; 0: not known.</param>
/// <param name="GuardianPid">Parent of the daemon; 0 for the guardian itself.</param>
/// <param name="OomScore">The score before it was lowered, which children get; null: it was not lowered.</param>
/// <param name="Foreground">Somebody looks at standard error: a terminal, a container's log, a service manager.</param>
/// <param name="UpgradeProblem">Why the last upgrade was undone; null: there was none, or it worked.</param>
internal sealed record GuardianOptions(
    int ReadyDescriptor = -1, long OpenFilesLimit = 0, int GuardianPid = 0, int? OomScore = null, bool Foreground = false, string? UpgradeProblem = null)
{
    public const string ReadyFlag = "--ready-fd=", LimitFlag = "--open-files=", GuardianFlag = "--guardian=", OomScoreFlag = "--oom-score=", ForegroundFlag = "--foreground",
        ProblemFlag = "--upgrade-problem=";

    /// <summary>Null: a word that is none of these.</summary>
    public static GuardianOptions? Parse(ReadOnlySpan<string> words)
    {
        var options = new GuardianOptions();
        foreach (var word in words)
        {
            if (word.StartsWith(ReadyFlag, StringComparison.Ordinal) && int.TryParse(word.AsSpan(ReadyFlag.Length), out var ready))
                options = options with { ReadyDescriptor = ready };
            else if (word.StartsWith(LimitFlag, StringComparison.Ordinal) && long.TryParse(word.AsSpan(LimitFlag.Length), out var limit))
                options = options with { OpenFilesLimit = limit };
            else if (word.StartsWith(GuardianFlag, StringComparison.Ordinal) && int.TryParse(word.AsSpan(GuardianFlag.Length), out var pid))
                options = options with { GuardianPid = pid };
            else if (word.StartsWith(OomScoreFlag, StringComparison.Ordinal) && int.TryParse(word.AsSpan(OomScoreFlag.Length), out var score))
                options = options with { OomScore = score };
            else if (word == ForegroundFlag) options = options with { Foreground = true };
            else if (word.StartsWith(ProblemFlag, StringComparison.Ordinal)) options = options with { UpgradeProblem = word[ProblemFlag.Length..] };
            else return null;
        }
        return options;
    }

    public string[] ToWords() =>
    [
        string.Create(CultureInfo.InvariantCulture, $"{ReadyFlag}{ReadyDescriptor}"),
        string.Create(CultureInfo.InvariantCulture, $"{LimitFlag}{OpenFilesLimit}"),
        string.Create(CultureInfo.InvariantCulture, $"{GuardianFlag}{GuardianPid}"),
        .. OomScore is { } score ? [string.Create(CultureInfo.InvariantCulture, $"{OomScoreFlag}{score}")] : Array.Empty<string>(),
        .. Foreground ? (string[])[ForegroundFlag] : [],
        .. UpgradeProblem is { } problem ? (string[])[ProblemFlag + problem] : [],
    ];
}
