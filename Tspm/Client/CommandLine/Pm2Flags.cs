using System.Globalization;
using Tspm.Client.Terminal;
using Tspm.Config.Import;
using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Client.CommandLine;

/// <summary>
/// Flags of PM2's command line (its <c>lib/binaries/CLI.js</c>) that are spelled like one of ours and mean something
/// else, take a value only in one of the two, or do not exist here. Each is read as PM2 means it, or refused with both
/// readings and the command line to type instead. None is ever read silently as something else. What both have with the
/// same meaning, under whatever name, is in <see cref="FlagSpelling"/>.
/// </summary>
internal static class Pm2Flags
{
    const string Monitoring = "belongs to PM2's own monitoring, which Tspm does not have";

    /// <summary>Reads the flag at its place. False: it is none of these, and read as usual.</summary>
    /// <exception cref="UsageException">It cannot mean what PM2 means by it.</exception>
    public static bool Read(Verb verb, string[] args, ref int i, IReadOnlyList<string> words, List<GivenFlag> flags)
    {
        var typed = new TypedFlag(verb, args, i);
        var taken = verb.Name switch
        {
            "start" or "add" => Defining(typed, words, flags),
            "set" => Values(typed, words, flags),
            "restart" or "reload" when typed.Is("--parallel") => throw typed.Refuse(
                "says how many at once", "all are done at once, within their dependencies", typed.WithoutValue),
            "logs" when typed.Is("--nostream") => 1,
            "save" or "resurrect" or "kill" when !typed.IsOurs => 1,
            "startup" or "unstartup" => BootService(typed),
            _ => 0,
        };
        i += Math.Max(0, taken - 1);
        return taken > 0;
    }

    /// <summary>What is right in itself and wrong together, once the whole line is known.</summary>
    /// <exception cref="UsageException">Two flags do not go together.</exception>
    public static void Check(ParsedLine line, string[] args)
    {
        if (line.IsOn("merge-logs") && line.ValueOf("err-file") is { } file)
        {
            throw new UsageException(
                $"--merge-logs sends standard error to the file of standard output, so that "
                    + $"{ControlText.Escape(file)} would stay empty: "
                + "leave one of the two out. PM2's --merge-logs shares one file among all instances, which Tspm does "
                + $"anyway; type: {TypedFlag.CommandLine(args, "--merge-logs", "--combine-logs")}");
        }
        if (line.Verb.Name is "start" or "add" && line.Words.Length == 0 && line.Program is null
            && line.ValueOf("stop-exit-codes") is { } codes && codes.Contains(','))
        {
            throw new UsageException(
                $"--stop-exit-codes takes {codes} as exit codes, and then nothing to {line.Verb.Name} is left; "
                + $"put it in front: tspm {line.Verb.Name} NAME --stop-exit-codes {codes}; a single code: "
                    + $"--stop-exit-codes={codes.Split(',')[0]}");
        }
    }

    /// <summary>The flags of <c>start</c> and <c>add</c>. How many arguments were taken; 0: none of these.</summary>
    static int Defining(TypedFlag typed, IReadOnlyList<string> words, List<GivenFlag> flags) => typed.Spelled switch
    {
        // Of one command in several words it may as well be the program's.
        "-x" when words.Count > 1 =>
            throw new UsageException(
                $"-x after several words could be PM2's or the program's; for the program: {typed.AsArgument}; "
                + $"PM2's is not needed here: {typed.Without}"),
        "--profile" => throw new UsageException(
            "--profile is not part of this version; the profile of a PM2 file is chosen with: "
            + Profile(typed, typed.Value ?? "NAME")),
        // What runs here already does without.
        "-x" or "--execute-command" or "--no-vizion" or "--no-pmx" or "--no-automation" or "--no-color"
            or "--disable-trace"
            or "--disable-source-map-support" => 1,
        "-p" or "--pid" =>
            throw typed.Refuse("names a pid file", "the pid is printed by: tspm pid NAME", typed.WithoutValue),
        "-w" or "--write" =>
            throw typed.Refuse(
                "writes the settings to a file", "they are printed by: tspm export config NAME", typed.Without),
        "--no-daemon" => throw typed.Refuse(
            "keeps the manager in the foreground",
            "a container runs 'tspm daemon --apply FILE --logs', and --attach follows what the program prints",
            typed.With("--attach")),
        "--no-autostart" => throw typed.Refuse(
            "defines without starting", "that is the verb add (and --no-auto-start is about the daemon)",
            typed.As("add")),
        "--source-map-support" => throw typed.Refuse(
            "sets up source maps in the program", "Node does it itself",
            typed.With("--env", "NODE_OPTIONS=--enable-source-maps")),
        "--trace" or "--v8" or "--event-loop-inspector" or "--deep-monitoring" =>
            throw typed.Refuse(Monitoring, typed.Without),
        "--filter-env" => throw typed.Refuse(
            "leaves out variables of the shell", "env(1) does that",
            typed.Value is { } name ? $"env -u {ShellWords.Quote(name)} {typed.WithoutValue}" : typed.Without),
        "--ext" => throw typed.Refuse(
            "watches only files with these endings", "these are patterns",
            typed.WithValue("--watch-paths", Endings(typed.Value))),
        _ => Values(typed, words, flags),
    };

    /// <summary>Those of <c>set</c> as well: they are about the value of a setting.</summary>
    static int Values(TypedFlag typed, IReadOnlyList<string> words, List<GivenFlag> flags)
    {
        switch (typed.Spelled)
        {
            case "-e" when typed.Value is { } file && !file.Contains('='):
                throw typed.Refuse(
                    "names the file for standard error", "-e KEY=VALUE sets a variable",
                    typed.WithValue("--err-file", file));
            case "--env" when typed.Value is { } profile && !profile.Contains('='):
                throw typed.Refuse(
                    "chooses env_NAME of an ecosystem file",
                    "--env KEY=VALUE sets a variable, and import chooses a profile", Profile(typed, profile));
            case "-l" or "--log" when typed.Value is { } log:
                RefuseThirdLog(typed, log);
                flags.Add(Given("out-file", log));
                flags.Add(new GivenFlag(Flags.Find("merge-logs")!, null));
                return typed.Length;
            case "--disable-logs":
                flags.Add(Given("out-file", "/dev/null"));
                flags.Add(Given("err-file", "/dev/null"));
                return 1;
            case "--time" or "--log-date-format":
                throw typed.Refuse(
                    "writes the time into the log",
                    "a log holds what the program wrote, and its times are shown by: tspm logs NAME --timestamps",
                    typed.Spelled == "--time" ? typed.Without : typed.WithoutValue);
            case "--log-type":
                throw typed.Refuse(
                    "writes the log as JSON", "it is printed as JSON by: tspm logs NAME --json", typed.WithoutValue);
            case "--shutdown-with-message":
                throw typed.Refuse(
                    "stops by process.send('shutdown')", "the program gets a signal (SIGTERM; --stop-signal chooses)",
                    typed.Without);
            case "--wait-ready" when typed.Value is not { } probe || ProbeText.Parse(probe) is null:
                throw typed.Refuse(
                    "waits for process.send('ready')",
                    $"there is no process.send, and a probe says when it is ready "
                        + $"({ProbeText.Expected["expected ".Length..]})", typed.With("--ready", "PROBE"));
            case "--cron-restart" or "--cron" or "-c" when typed.Value == "0":
                throw typed.Refuse(
                    "0 removes the schedule", "an empty value does",
                    typed.Verb.Name == "set" ? typed.WithValue("schedule=", null) : typed.WithoutValue);
            case "-i" or "--instances" when Number(typed.Value) is { } count and <= 0:
                flags.Add(Given("instances", Pm2Value.Instances(count).ToString(CultureInfo.InvariantCulture)));
                return typed.Length;
            case "--watch-delay" when Number(typed.Value) is { } delay and > 0 and < 100:
                throw typed.Refuse(
                    $"{delay} waits {delay} seconds", "a plain number is milliseconds",
                    typed.WithValue("--watch-delay", $"{delay}s"));
            case "--ignore-watch" when typed.Value is { } ignored && ignored.AsSpan().Trim().Contains(' '):
                flags.Add(
                    Given("watch-ignore", string.Join(',', ignored.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
                return typed.Length;
            case "--watch": return Watch(typed, words, flags);
            case "--stop-exit-codes": return Codes(typed, flags);
            default: return 0;
        }
    }

    /// <summary>PM2's has a file for both streams beside one for each.</summary>
    static void RefuseThirdLog(TypedFlag typed, string log)
    {
        var hasOut = typed.IsBeside("-o", "--out-file", "--output");
        if (!hasOut && !typed.IsBeside("--err-file", "--error")) return;
        throw typed.Refuse(
            "writes both streams to one more file", "a process has one file for both, or one for each",
            hasOut ? typed.WithoutValue : typed.WithValue("--out-file", log));
    }

    /// <summary>PM2's takes paths or nothing; ours is a switch, and its paths have a flag of their own.</summary>
    static int Watch(TypedFlag typed, IReadOnlyList<string> words, List<GivenFlag> flags)
    {
        if (typed.Attached is { Length: > 0 } paths
            && paths is not ("true" or "yes" or "1" or "on" or "false" or "no" or "0" or "off"))
        {
            flags.Add(Given("watch-paths", paths));
            return 1;
        }
        if (typed.Attached is not null || typed.Next is not { } next || next.StartsWith('-') || words.Count == 0
            || typed.Verb.Name == "set") return 0;
        throw new UsageException(
            $"--watch takes no value, so '{ControlText.Escape(next)}' after it could be meant as a path to watch or "
            + $"as another process; to watch it, type: {typed.WithValue("--watch-paths", next)}; to {typed.Verb.Name} "
            + "both, "
            + "type the flag last");
    }

    /// <summary>Null: it is not a whole number.</summary>
    static int? Number(string? value) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>PM2's list: as many numbers as follow, each a word of its own.</summary>
    static int Codes(TypedFlag typed, List<GivenFlag> flags)
    {
        if (typed.Value is not { } first) return 0;
        var codes = new List<string>(first.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries));
        var length = typed.Length;
        // What is written with '=' is complete.
        while (typed.Attached is null && typed.At(length) is { Length: > 0 } next && next.All(char.IsAsciiDigit))
        {
            codes.Add(next);
            length++;
        }
        flags.Add(Given("stop-exit-codes", string.Join(',', codes)));
        return length;
    }

    static int BootService(TypedFlag typed)
    {
        if (!typed.Is("-u") && !typed.Is("--user")) return typed.IsOurs ? 0 : 1;
        var meant = typed.Verb.Name == "startup" ? "enable" : "disable";
        throw new UsageException(
            $"'{typed.Verb.Name} -u USER' of PM2 is for the account of USER; here type: tspm {meant} --user "
                + $"{ShellWords.Quote(typed.Value ?? "USER")}");
    }

    static string Profile(TypedFlag typed, string profile)
    {
        foreach (var arg in typed.Args)
            if (arg.StartsWith("ecosystem.", StringComparison.Ordinal) || ForeignFile.Recognise(arg) == FileKind.Pm2)
                return $"tspm import pm2 {ShellWords.Quote(arg)} --env {ShellWords.Quote(profile)} --start";
        return $"tspm import pm2 FILE --env {ShellWords.Quote(profile)} --start";
    }

    static string Endings(string? list) =>
        string.Join(',', (list ?? "js").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)
            .Select(static ending => $"**/*.{ending.TrimStart('.')}"));

    /// <exception cref="UsageException">The value is not of the flag's kind.</exception>
    static GivenFlag Given(string name, string value)
    {
        var flag = Flags.Find(name)!;
        FlagValue.Check(flag, value);
        return new GivenFlag(flag, value);
    }
}
