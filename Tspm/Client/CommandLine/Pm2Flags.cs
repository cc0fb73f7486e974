using System.Globalization;
using Tspm.Client.Terminal;
using Tspm.Config.Import;
using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Client.CommandLine;

/// <summary>
/// Flags of PM2's command line (its <c>lib/binaries/CLI.js</c>) that are spelled like one of ours but mean something
/// else, that take a value in only one of the two programs, or that do not exist here. Each is either understood as in
/// PM2, or refused with both meanings and the command line to type instead; none is silently given another meaning.
/// Flags with the same meaning under another name are in <see cref="FlagSpelling"/>.
/// </summary>
internal static class Pm2Flags
{
    const string Monitoring = "belongs to PM2's own monitoring, which Tspm does not have";

    /// <summary>Parses the flag at <paramref name="i"/> if it is one of these.</summary>
    /// <returns>False if the flag is none of these and has to be parsed as usual.</returns>
    /// <exception cref="UsageException">Tspm has nothing with the flag's meaning in PM2.</exception>
    public static bool Read(Verb verb, string[] args, ref int i, IReadOnlyList<string> words, List<GivenFlag> flags)
    {
        var typed = new TypedFlag(verb, args, i);
        var taken = verb.Name switch
        {
            "start" or "add" => Defining(typed, words, flags),
            "set" or "edit" => Values(typed, words, flags),
            "restart" or "reload" when typed.Is("--parallel") => throw typed.Refuse(
                "limits how many are done at once", "all are done at once, in the order of their dependencies",
                typed.WithoutValue),
            "logs" when typed.Is("--nostream") => 1,
            "save" or "resurrect" or "kill" when !typed.IsOurs => 1,
            "startup" or "unstartup" => BootService(typed),
            _ => 0,
        };
        i += Math.Max(0, taken - 1);
        return taken > 0;
    }

    /// <summary>Checks combinations of flags that are valid on their own, once the whole line is parsed.</summary>
    /// <exception cref="UsageException">Two flags exclude each other.</exception>
    public static void Check(ParsedLine line, string[] args)
    {
        if (line.IsOn("merge-logs") && line.ValueOf("err-file") is { } file)
        {
            throw new UsageException(
                "--merge-logs writes standard error to the file of standard output, so "
                + $"{ControlText.Escape(file)} would stay empty: leave out one of the two. "
                + "In PM2, --merge-logs lets all instances share one file, which they always do in Tspm; "
                + $"type: {TypedFlag.CommandLine(args, "--merge-logs", "--combine-logs")}");
        }
        if (line.Verb.Name is "start" or "add" && line.Words.Length == 0 && line.Program is null
            && line.ValueOf("stop-exit-codes") is { } codes && codes.Contains(','))
        {
            throw new UsageException(
                $"--stop-exit-codes takes {codes} as exit codes, which leaves nothing to {line.Verb.Name}; "
                + $"put the name first: tspm {line.Verb.Name} NAME --stop-exit-codes {codes}; "
                + $"or give a single code: --stop-exit-codes={codes.Split(',')[0]}");
        }
    }

    /// <summary>Parses the flags of <c>start</c> and <c>add</c>.</summary>
    /// <returns>The number of arguments consumed; 0 if the flag is none of these.</returns>
    static int Defining(TypedFlag typed, IReadOnlyList<string> words, List<GivenFlag> flags) => typed.Spelled switch
    {
        // After a command in several words, the flag could equally be meant for the program.
        "-x" when words.Count > 1 =>
            throw new UsageException(
                $"-x after several words could be meant for PM2 or for the program; for the program: "
                + $"{typed.AsArgument}; for PM2, leave it out, because Tspm does not need it: {typed.Without}"),
        "--profile" => throw new UsageException(
            "--profile is not part of this version; to choose the profile of a PM2 file: "
            + Profile(typed, typed.Value ?? "NAME")),
        // Accepted and ignored: Tspm has nothing that these would switch off.
        "-x" or "--execute-command" or "--no-vizion" or "--no-pmx" or "--no-automation" or "--no-color"
            or "--disable-trace"
            or "--disable-source-map-support" => 1,
        "-p" or "--pid" =>
            throw typed.Refuse("names a pid file", "'tspm pid NAME' prints the pid", typed.WithoutValue),
        "-w" or "--write" =>
            throw typed.Refuse(
                "writes the settings to a file", "'tspm export config NAME' prints them", typed.Without),
        "--no-daemon" => throw typed.Refuse(
            "keeps the manager in the foreground",
            "use 'tspm daemon --apply FILE --logs' in a container, or --attach to follow the program's output",
            typed.With("--attach")),
        "--no-autostart" => throw typed.Refuse(
            "defines a process without starting it", "the verb 'add' does that (--no-auto-start concerns the daemon)",
            typed.As("add")),
        "--source-map-support" => throw typed.Refuse(
            "sets up source maps in the program", "Node does that itself",
            typed.With("--env", "NODE_OPTIONS=--enable-source-maps")),
        "--trace" or "--v8" or "--event-loop-inspector" or "--deep-monitoring" =>
            throw typed.Refuse(Monitoring, typed.Without),
        "--filter-env" => throw typed.Refuse(
            "leaves out environment variables of the shell", "env(1) does that",
            typed.Value is { } name ? $"env -u {ShellWords.Quote(name)} {typed.WithoutValue}" : typed.Without),
        "--ext" => throw typed.Refuse(
            "watches only files with these extensions", "use patterns for that",
            typed.WithValue("--watch-paths", Endings(typed.Value))),
        _ => Values(typed, words, flags),
    };

    /// <summary>Parses flags that set the value of a setting, which <c>set</c> has as well.</summary>
    /// <returns>The number of arguments consumed; 0 if the flag is none of these.</returns>
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
                    "--env KEY=VALUE sets a variable, and 'import' chooses a profile", Profile(typed, profile));
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
                    "a log holds only what the program wrote; 'tspm logs NAME --timestamps' shows the times",
                    typed.Spelled == "--time" ? typed.Without : typed.WithoutValue);
            case "--log-type":
                throw typed.Refuse(
                    "writes the log as JSON", "'tspm logs NAME --json' prints it as JSON", typed.WithoutValue);
            case "--shutdown-with-message":
                throw typed.Refuse(
                    "stops the program with process.send('shutdown')",
                    "the program gets a signal (SIGTERM, or the one given with --stop-signal)",
                    typed.Without);
            case "--wait-ready" when typed.Value is not { } probe || ProbeText.Parse(probe) is null:
                throw typed.Refuse(
                    "waits for process.send('ready')",
                    "there is no process.send; a probe checks when the program is ready "
                    + $"({ProbeText.Expected["expected ".Length..]})", typed.With("--ready", "PROBE"));
            case "--cron-restart" or "--cron" or "-c" when typed.Value == "0":
                throw typed.Refuse(
                    "0 removes the schedule", "an empty value removes it",
                    typed.Verb.Name is "set" or "edit" ? typed.WithValue("schedule=", null) : typed.WithoutValue);
            case "-i" or "--instances" when Number(typed.Value) is { } count and <= 0:
                flags.Add(FewerThanCores(count));
                return typed.Length;
            case "--watch-delay" when Number(typed.Value) is { } delay and > 0 and < 100:
                throw typed.Refuse(
                    $"{delay} waits {delay} seconds", "a number without a unit is in milliseconds",
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

    /// <summary>PM2 can write a third file with both streams, in addition to one file for each.</summary>
    static void RefuseThirdLog(TypedFlag typed, string log)
    {
        var hasOut = typed.IsBeside("-o", "--out-file", "--output");
        if (!hasOut && !typed.IsBeside("--err-file", "--error")) return;
        throw typed.Refuse(
            "writes both streams to a third file", "a process has one file for both streams, or one for each",
            hasOut ? typed.WithoutValue : typed.WithValue("--out-file", log));
    }

    /// <summary>
    /// In PM2, the flag takes paths or no value. Here it is a switch, and another flag takes the paths.
    /// </summary>
    static int Watch(TypedFlag typed, IReadOnlyList<string> words, List<GivenFlag> flags)
    {
        if (typed.Attached is { Length: > 0 } paths
            && paths is not ("true" or "yes" or "1" or "on" or "false" or "no" or "0" or "off"))
        {
            flags.Add(Given("watch-paths", paths));
            return 1;
        }
        if (typed.Attached is not null || typed.Next is not { } next || next.StartsWith('-') || words.Count == 0
            || typed.Verb.Name is "set" or "edit") return 0;
        throw new UsageException(
            $"--watch takes no value, so '{ControlText.Escape(next)}' after it could be a path to watch or "
            + $"another process; to watch it, type: {typed.WithValue("--watch-paths", next)}; "
            + $"to {typed.Verb.Name} both, put --watch last");
    }

    /// <summary>In PM2, 0 is one instance per core, and a negative number is that many fewer.</summary>
    static GivenFlag FewerThanCores(int count)
    {
        var instances = Pm2Value.Instances(count).ToString(CultureInfo.InvariantCulture);
        var meaning = count == 0 ? "one instance per core" : string.Create(
            CultureInfo.InvariantCulture, $"one instance per core, less {-(long)count} (at least 1)");
        return Given("instances", instances) with
        {
            Note = $"{count.ToString(CultureInfo.InvariantCulture)} instances means {meaning}: here {instances}",
        };
    }

    /// <returns>Null if the value is not a whole number.</returns>
    static int? Number(string? value) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>In PM2, all numbers that follow belong to the list, each as a separate argument.</summary>
    static int Codes(TypedFlag typed, List<GivenFlag> flags)
    {
        if (typed.Value is not { } first) return 0;
        var codes = new List<string>(first.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries));
        var length = typed.Length;
        // A value after '=' is the whole list.
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
            $"In PM2, '{typed.Verb.Name} -u USER' is for the account of USER; here, type: tspm {meant} --user "
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
