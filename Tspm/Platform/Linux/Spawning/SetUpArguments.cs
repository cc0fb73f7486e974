using System.Globalization;
using Tspm.Model.Config;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// The command line from <see cref="SetUpRun"/> to <see cref="ChildSetUp"/>: a fixed number of positions, each empty
/// for "do not change", followed by the program's own argv. Values are identified by position, so none can be mistaken
/// for a flag. Secrets are not in it, because they are in the environment.
/// </summary>
internal sealed record SetUpArguments(
    string WorkingDirectory, string User, string Group, string Umask, int? Nice, int? OomScoreAdjust,
    IReadOnlyList<(string Name, ulong Value)> Limits, BirthSettings Birth, string PidVariables, int Listeners,
    string Cgroup, string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>The number of positions before the program's argv, including the hidden word.</summary>
    const int Places = 13;

    /// <summary>Returns the argv of the set-up mode.</summary>
    public static List<string> Write(SetUpCommand command, SpawnRequest request, BirthSettings birth)
    {
        var setUp = request.SetUp!;
        return
        [
            command.Executable, .. command.LeadingArguments, ChildSetUp.Word, request.WorkingDirectory,
            setUp.User ?? "", setUp.Group ?? "", setUp.Umask ?? "", Text(setUp.Nice), Text(setUp.OomScoreAdjust),
            string.Join(',', LimitsOf(setUp.Limits)), birth.ToWord(), setUp.PidVariables ?? "",
            request.Listeners.Count.ToString(CultureInfo.InvariantCulture), setUp.Cgroup ?? "",
            request.Program, .. request.Arguments,
        ];
    }

    /// <returns>Null if the arguments were not written by <see cref="Write"/>.</returns>
    public static SetUpArguments? Read(string[] args)
    {
        if (args.Length <= Places || args[0] != ChildSetUp.Word) return null;
        if (!TryNumber(args[5], out var nice) || !TryNumber(args[6], out var oom)
            || BirthSettings.Parse(args[8]) is not { } birth) return null;
        if (!int.TryParse(args[10], NumberStyles.None, CultureInfo.InvariantCulture, out var listeners)) return null;
        var limits = new List<(string, ulong)>();
        foreach (var limit in args[7].Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = limit.IndexOf('=');
            if (equals < 0
                || !ulong.TryParse(limit[(equals + 1)..], NumberStyles.None, CultureInfo.InvariantCulture,
                    out var value)) return null;
            limits.Add((limit[..equals], value));
        }
        return new SetUpArguments(args[1], args[2], args[3], args[4], nice, oom, limits, birth, args[9], listeners,
            args[11], args[12], args[Places..]);
    }

    static IEnumerable<string> LimitsOf(ResourceLimits? limits)
    {
        if (limits is null) yield break;
        (string Name, long? Value)[] all =
        [
            ("nofile", limits.Nofile), ("nproc", limits.Nproc), ("core", limits.Core), ("as", limits.As),
            ("fsize", limits.Fsize), ("cpu", limits.Cpu),
            ("memlock", limits.Memlock), ("stack", limits.Stack),
        ];
        foreach (var (name, value) in all)
        {
            if (value is >= 0) yield return string.Create(CultureInfo.InvariantCulture, $"{name}={value}");
        }
    }

    static string Text(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    static bool TryNumber(string text, out int? number)
    {
        number = null;
        if (text.Length == 0) return true;
        var good = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value);
        number = value;
        return good;
    }
}
