using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Config.Import;
using Tspm.Model.Config;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Defining;

/// <summary>
/// The meaning of the words of <c>start</c> and <c>add</c>. The client does not know which processes exist, so it keeps
/// both interpretations: the words as selectors, and the definitions to use if they match no process.
/// </summary>
internal sealed record StartTarget
{
    /// <summary>Tried first; empty if the words cannot name a process.</summary>
    public IReadOnlyList<string> Selectors { get; init; } = [];

    /// <summary>The processes to define if the selectors match none; null for none.</summary>
    public IReadOnlyList<ProcessConfig>? Define { get; init; }

    /// <summary>Flags or arguments change the config, so the words cannot mean a process that already exists.</summary>
    public bool HasOverrides { get; init; }

    /// <summary><see cref="Define"/> comes from a config file, which is applied as a whole.</summary>
    public bool IsFile { get; init; }

    /// <summary>The word cannot mean a process, even if one has the name of the file.</summary>
    public bool IsOnlyFile { get; init; }

    /// <summary>
    /// The error to report if one of several words that form one command names a process. Null if the words do not form
    /// such a command.
    /// </summary>
    public UsageException? Ambiguity { get; init; }

    /// <summary>
    /// The error to report if the selectors match no process and there is nothing to define; null for the daemon's.
    /// </summary>
    public Exception? Unknown { get; init; }

    /// <summary>
    /// The error for <c>start</c> if the selectors match no process: <see cref="Define"/> cannot run on this machine,
    /// so the word is a misspelt name rather than a command. Null if it may be a command.
    /// </summary>
    public DaemonException? NotACommand { get; init; }

    /// <summary>The project of the config file, see <see cref="ProjectFile"/>; null without a file.</summary>
    public string? Project { get; init; }

    /// <param name="words">The words that were typed.</param>
    /// <param name="program">The words after <c>--</c>; null without <c>--</c>.</param>
    /// <param name="flags">The flags that change a config, see <see cref="ConfigFlags"/>.</param>
    /// <param name="readFile">Reads a config file of this kind.</param>
    /// <param name="files">Looks up files and programs.</param>
    /// <exception cref="UsageException">The words cannot be a command.</exception>
    public static StartTarget Resolve(
        IReadOnlyList<string> words, IReadOnlyList<string>? program, IReadOnlyList<GivenFlag> flags,
        Func<string, FileKind, IReadOnlyList<ProcessConfig>> readFile, LocalFiles files)
    {
        var commands = new StartedCommands(flags, files);
        if (words.Count == 0)
            return new StartTarget { Define = [commands.OfProgram(program!)], HasOverrides = flags.Count > 0 };
        var target = words.Count == 1
            ? One(words[0], program, flags.Count > 0, readFile, commands, files)
            : Several(words, program, flags, commands, files);
        return target with { Selectors = words, HasOverrides = flags.Count > 0 || program is not null };
    }

    static StartTarget One(
        string word, IReadOnlyList<string>? program, bool hasFlags,
        Func<string, FileKind, IReadOnlyList<ProcessConfig>> readFile,
        StartedCommands commands, LocalFiles files)
    {
        if (word == "-") return Refused(StartRefusals.StandardInput());
        var kind = files.Recognise(word);
        if (kind is FileKind.Tspm or FileKind.Pm2 || (IsConfigFile(word) && File.Exists(word)))
        {
            if (kind == FileKind.None && StartRefusals.OtherTool(word, kind) is { } other) return Refused(other);
            if (hasFlags || program is not null)
                throw new UsageException(
                    $"'{word}' is a config file; put settings and arguments in the file, "
                    + "not on the command line");
            return new StartTarget { Define = readFile(word, kind), IsFile = true };
        }
        if (kind != FileKind.None) return Refused(StartRefusals.OtherTool(word, kind)!);
        if (IsConfigFile(word))
            return Refused(files.IsFolder(word)
                ? StartRefusals.Folder(word, files) : StartRefusals.NoFile(word));
        if (ForeignFile.IsConfigScript(word) && program is null && !commands.HasInterpreter && files.IsFile(word))
            return Refused(StartRefusals.NoApps(word));
        // Flags and arguments say that the word is meant as a command.
        var isBare = !hasFlags && program is null && files.AreKnown;
        if (files.IsFile(word))
        {
            var script = commands.OfFile(word, program);
            var isText = isBare && script.Interpreter is null && !files.IsExecutable(word);
            return new StartTarget
            {
                Define = [script],
                NotACommand = isText ? StartRefusals.NotExecutable(word) : null,
            };
        }
        if (program is null && (files.IsFolder(word) || word is "." or ".."))
            return Refused(StartRefusals.Folder(word, files));
        if (StartRefusals.IsUnexpanded(word)) return Refused(StartRefusals.Unexpanded(word));
        try
        {
            var config = commands.OfLine(word, program);
            var isUnknown = isBare && StartRefusals.IsPlainWord(word) && !files.IsProgram(word);
            return new StartTarget
            {
                Define = [config],
                NotACommand = isUnknown ? StartRefusals.NoProgram(word) : null,
            };
        }
        catch (MissingScriptException missing)
        {
            return Refused(new DaemonException(ErrorCode.NoSuchProcess, missing.Message));
        }
    }

    static StartTarget Several(
        IReadOnlyList<string> words, IReadOnlyList<string>? program, IReadOnlyList<GivenFlag> flags,
        StartedCommands commands, LocalFiles files)
    {
        if (program is not null && words.All(StartRefusals.IsScript))
        {
            throw new UsageException(
                "several processes cannot share the arguments after '--'; start them one by one, "
                + "or quote the command: \"node server.js\"");
        }
        try
        {
            if (words.All(StartRefusals.IsScript))
            {
                if (ConfigFlags.ValueOf(flags, "name") is not null) return Refused(OneName);
                return new StartTarget { Define = [.. words.Select(word => commands.OfFile(word, null))] };
            }
            var first = words[0];
            if (first.Contains('/') || files.IsProgram(first))
            {
                string[] command = [.. words, .. program ?? []];
                var config = commands.OfWords(command);
                return new StartTarget { Define = [config], Ambiguity = StartRefusals.Ambiguous(words) };
            }
        }
        catch (MissingScriptException missing)
        {
            return Refused(new DaemonException(ErrorCode.NoSuchProcess, missing.Message));
        }
        var hasFile = words.Any(word => StartRefusals.IsScript(word) || files.IsFile(word));
        return hasFile ? Refused(StartRefusals.Ambiguous(words)) : new StartTarget();
    }

    /// <summary>Returns the target with only these processes of the config file.</summary>
    /// <exception cref="UsageException">The target is not a config file.</exception>
    /// <exception cref="DaemonException">The file has no process of one of these names.</exception>
    public StartTarget Only(IReadOnlyList<string> names)
    {
        if (!IsFile)
            throw Unknown ?? new UsageException("--only needs a config file; leave it out");
        string[] known = [.. Define!.Select(static config => config.NameOrEmpty)];
        foreach (var name in names)
        {
            if (known.Contains(name)) continue;
            throw new DaemonException(ErrorCode.NoSuchProcess,
                "the file has no process "
                    + $"'{Tspm.Client.Terminal.ControlText.Escape(name)}'{NearestName.Question(name, known)}");
        }
        return this with { Define = [.. Define!.Where(config => names.Contains(config.NameOrEmpty))] };
    }

    static readonly UsageException OneName =
        new("--name cannot be used with several scripts; start them one by one");

    static StartTarget Refused(Exception why) => new() { Unknown = why };

    /// <summary>Recognises a config file by its extension, which a command is unlikely to have.</summary>
    public static bool IsConfigFile(string word) =>
        !word.Contains(' ') && Path.GetExtension(word) is ".json" or ".json5" or ".toml" or ".yml" or ".yaml";
}
