using System.Buffers;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Terminal;
using Tspm.Config;
using Tspm.Config.Import;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Defining;

/// <summary>Recognises words that <c>start</c> cannot run, and says what to type instead.</summary>
internal static class StartRefusals
{
    /// <summary>
    /// Files that define what a folder runs, with the command for each. The first one that exists is suggested.
    /// </summary>
    static readonly (string File, string Command)[] Entries =
    [
        ("tspm.json", "tspm start {0}"), ("tspm.toml", "tspm start {0}"), ("ecosystem.config.js", "tspm start {0}"),
        ("ecosystem.config.cjs", "tspm start {0}"), ("Procfile", "tspm import procfile {0} --start"),
        ("package.json", "tspm start \"npm start\" --cwd {1}"),
    ];

    /// <summary>A word that contains one of these is a command line.</summary>
    static readonly SearchValues<char> ShellSigns = SearchValues.Create(" \t$|&;<>()`\"'");

    public static bool IsScript(string word) =>
        !word.Contains(' ') && Interpreters.ForScript(word, static _ => true) is not null;

    /// <summary>Refuses a file of another tool, which has to be imported.</summary>
    /// <returns>Null if the word is not such a file.</returns>
    public static Exception? OtherTool(string word, FileKind kind)
    {
        var (shown, quoted) = (ControlText.Escape(word), ControlText.Escape(ShellWords.Quote(word)));
        return kind switch
        {
            FileKind.Pm2 => Said(
                $"{shown} is a PM2 file; start its apps with: tspm start {quoted}; "
                + $"or convert it to a config file with: tspm import pm2 {quoted} -o tspm.json"),
            FileKind.Procfile => Said(
                $"{shown} is a Procfile; start its processes with: tspm import procfile {quoted} --start"),
            FileKind.Supervisord => Said(
                $"{shown} is a supervisord file; start its programs with: tspm import supervisord {quoted} --start"),
            FileKind.Compose => Said(
                $"{shown} is a Docker Compose file, but Tspm runs programs, not images; "
                + "list the commands in a tspm.json (for its format: tspm schema)"),
            FileKind.ProcessCompose => Said(
                $"{shown} is a process-compose file, which Tspm cannot read; "
                + "list the commands in a tspm.json (for its format: tspm schema)"),
            FileKind.None when Path.GetFileName(word) == "package.json" =>
                Said($"{shown} belongs to npm; start the package with: tspm start \"npm start\""),
            FileKind.None when Path.GetExtension(word) is ".yml" or ".yaml" =>
                Said($"{shown} defines no processes that Tspm can read: the only YAML files that it reads are "
                    + "PM2's (apps: …); its own config files are JSON or TOML"),
            _ => null,
        };
    }

    /// <summary>Refuses a script that PM2 would take for a file of apps, and that has none.</summary>
    public static DaemonException NoApps(string word) => Said(
        $"{ControlText.Escape(word)} has the name of a PM2 file, but no 'apps'; to run it as a program: "
        + $"tspm start {Shown(word)} --interpreter node");

    /// <summary>Refuses a script where a config file is expected.</summary>
    public static DaemonException ScriptAsFile(string word) => Said(
        $"{ControlText.Escape(word)} is a script, not a config file; to run it: tspm start {Shown(word)}");

    /// <summary>Refuses '-'. PM2 reads a file of processes from standard input; Tspm does not.</summary>
    public static Exception StandardInput() => new UsageException(
        "tspm does not read standard input ('-'); save the input to a file, and type: tspm start FILE.json");

    public static Exception NoFile(string word) =>
        new DaemonException(
            ErrorCode.NoSuchProcess,
            $"there is no process '{ControlText.Escape(word)}', "
            + $"and no file with this name in {ControlText.Escape(CurrentFolder.Get())}");

    public static Exception Folder(string word, LocalFiles files)
    {
        var shown = ControlText.Escape(word);
        foreach (var (file, command) in Entries)
        {
            var path = Path.Combine(word is "." ? "" : word, file);
            if (!files.IsFile(path)) continue;
            var typed = command.Replace("{0}", Shown(path), StringComparison.Ordinal)
                .Replace("{1}", Shown(word), StringComparison.Ordinal);
            return new UsageException($"'{shown}' is a folder; to start the processes in its {file}: {typed}");
        }
        return new UsageException($"'{shown}' is a folder; name a script, a program or a config file in it");
    }

    /// <summary>Whether the word is a pattern that the shell did not expand, because it was quoted.</summary>
    public static bool IsUnexpanded(string word) =>
        word.IndexOfAny(['*', '?']) >= 0 && word.AsSpan().IndexOfAny(ShellSigns) < 0;

    public static Exception Unexpanded(string word) => new DaemonException(
        ErrorCode.NoSuchProcess,
        $"no process matches '{ControlText.Escape(word)}'; to start files, let the shell expand the pattern, "
        + $"without quotes: tspm start {ControlText.Escape(word)}");

    /// <summary>Whether the word has neither a slash nor a meaning in a shell, so that it names a program.</summary>
    public static bool IsPlainWord(string word) =>
        !word.Contains('/') && ShellWords.Analyze(word).Words is [var only] && only == word;

    /// <summary>Follows the daemon's sentence about an unknown process: no program has this name.</summary>
    public static DaemonException NoProgram(string word) => new(
        ErrorCode.NoSuchProcess,
        $"'{ControlText.Escape(word)}' is not a command either: no program on the PATH and no file in "
            + $"{ControlText.Escape(CurrentFolder.Get())} has this name");

    /// <summary>Follows the daemon's sentence about an unknown process: the file cannot be executed.</summary>
    public static DaemonException NotExecutable(string word) => Said(
        $"the file {ControlText.Escape(word)} is not executable; make it executable with: chmod +x {Shown(word)}; "
        + $"or name the program that runs it: tspm start {Shown(word)} --interpreter PROGRAM");

    /// <summary>Refuses words that could be one command or several processes.</summary>
    public static UsageException Ambiguous(IReadOnlyList<string> words)
    {
        var command = ControlText.Escape(string.Join(' ', words.Select(ShellWords.Quote)));
        var quoted = command.Contains('"') ? ShellWords.Quote(command) : $"\"{command}\"";
        var each = string.Join("; ", words.Select(word => $"tspm start {Shown(word)}"));
        return new UsageException(
            "these words could be one command or several processes; "
            + $"for one command: tspm start {quoted}; for several processes: {each}");
    }

    /// <summary>The word as it can be typed in a shell.</summary>
    static string Shown(string word) => ControlText.Escape(ShellWords.Quote(word));

    static DaemonException Said(string sentence) => new(ErrorCode.Failed, sentence);
}
