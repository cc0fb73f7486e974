using Tspm.Client.CommandLine;
using Tspm.Config;
using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Client.Defining;

/// <summary>
/// A script for which Tspm would choose the interpreter does not exist. The message is a sentence for the user.
/// </summary>
internal sealed class MissingScriptException(string message) : Exception(message);

/// <summary>Converts the commands of <c>start</c> and <c>add</c> to configs.</summary>
/// <param name="flags">The flags that change a config, see <see cref="ConfigFlags"/>.</param>
/// <param name="files">Looks up files and programs.</param>
internal sealed class StartedCommands(IReadOnlyList<GivenFlag> flags, LocalFiles files)
{
    /// <summary>A command after a bare <c>--</c> is executed as it is, without a shell or an interpreter.</summary>
    public ProcessConfig OfProgram(IReadOnlyList<string> program) =>
        Complete(new ProcessConfig { Command = program[0], Args = [.. program.Skip(1)] }, program, null);

    /// <summary>The whole word is the path of a file, whatever characters it contains.</summary>
    /// <exception cref="MissingScriptException">The file does not exist.</exception>
    public ProcessConfig OfFile(string word, IReadOnlyList<string>? arguments)
    {
        var folder = Folder;
        // The child runs in --cwd, so look for a script there first, and then in the shell's working directory.
        var isInFolder = files.IsFile(Path.Combine(folder, word));
        var path = isInFolder || !files.IsFile(word) ? word : CurrentFolder.AbsoluteHere(word);
        var interpreter = InterpreterOf(path);
        RequireScript(path, interpreter);
        // Without a slash, a program is looked up on the PATH.
        if (interpreter is null && !path.Contains('/')) path = "./" + path;
        var config = arguments is null
            ? new ProcessConfig { Command = ShellWords.Quote(path) }
            : new ProcessConfig { Command = path, Args = arguments };
        return Complete(config, [path, .. arguments ?? []], interpreter);
    }

    /// <summary>Several words form one command, each word as it was typed.</summary>
    /// <exception cref="MissingScriptException">The script does not exist.</exception>
    public ProcessConfig OfWords(IReadOnlyList<string> words)
    {
        var interpreter = InterpreterOf(words[0]);
        RequireScript(words[0], interpreter);
        var command = IsOwnProgram(words[0], interpreter) ? "./" + words[0] : words[0];
        return Complete(new ProcessConfig { Command = command, Args = [.. words.Skip(1)] }, words, interpreter);
    }

    /// <summary>A command line in one word.</summary>
    /// <exception cref="UsageException">The command is empty or malformed.</exception>
    /// <exception cref="MissingScriptException">The script does not exist.</exception>
    public ProcessConfig OfLine(string command, IReadOnlyList<string>? arguments)
    {
        if (command.AsSpan().Trim().IsEmpty)
            throw new UsageException(
                "the command is empty; name a program, for example: tspm start \"node server.js\"");
        var split = ShellWords.Analyze(command);
        if (split.Problem is { } problem)
            throw new UsageException($"{problem}: {Tspm.Client.Terminal.ControlText.Escape(command)}");
        var config = new ProcessConfig { Command = command };
        var argv = split.Words;
        if (arguments is not null)
        {
            argv = argv is null ? null : [.. argv, .. arguments];
            config = argv is null
                ? config with { Command = string.Join(' ', [command, .. arguments.Select(ShellWords.Quote)]) }
                : config with { Command = argv[0], Args = [.. argv.Skip(1)] };
        }
        var interpreter = argv is null ? null : InterpreterOf(argv[0]);
        if (argv is not null) RequireScript(argv[0], interpreter);
        if (argv is not null && IsOwnProgram(argv[0], interpreter))
            config = config with { Command = "./" + config.Command!.TrimStart() };
        return Complete(config, argv ?? [command.Trim().Split(' ')[0]], interpreter);
    }

    /// <summary>The working directory of the process.</summary>
    string Folder => ConfigFlags.ValueOf(flags, "cwd") is { } folder
        ? CurrentFolder.Absolute(folder) : CurrentFolder.TryGet() ?? "/";

    void RequireScript(string script, string? interpreter)
    {
        if (interpreter is null || HasInterpreter) return;
        if (!files.AreKnown || files.IsFile(Path.Combine(Folder, script))) return;
        var shown = Tspm.Client.Terminal.ControlText.Escape(script);
        throw new MissingScriptException(Path.IsPathRooted(script)
            ? $"there is no script {shown}"
            : $"there is no process '{shown}', and no script {shown} in "
                + $"{Tspm.Client.Terminal.ControlText.Escape(Folder)}");
    }

    string? InterpreterOf(string script) => Interpreters.ForFile(
        script, files.IsProgram, HasInterpreter ? null : files.OwnInterpreter(Path.Combine(Folder, script)));

    /// <summary>
    /// Whether this is an executable script in the folder. Without a slash, it would be looked up on the PATH.
    /// </summary>
    bool IsOwnProgram(string script, string? interpreter) =>
        interpreter is null && !script.Contains('/') && !HasInterpreter && StartRefusals.IsScript(script)
        && files.IsFile(Path.Combine(Folder, script));

    /// <summary>The user chose the interpreter.</summary>
    public bool HasInterpreter => ConfigFlags.ValueOf(flags, "interpreter") is not null;

    /// <summary>
    /// Applies the flags, and fills in defaults: the shell's working directory, and a name derived from the command.
    /// </summary>
    /// <param name="config">The command that was typed.</param>
    /// <param name="argv">The words of the command, from which the name is derived.</param>
    /// <param name="interpreter">The interpreter for the file's extension; null for none.</param>
    ProcessConfig Complete(ProcessConfig config, IReadOnlyList<string> argv, string? interpreter)
    {
        config = ConfigFlags.Apply(config with { Interpreter = interpreter }, flags);
        if (interpreter == Interpreters.Python && !HasInterpreter && !SetsUnbuffered(config))
        {
            var env = new Dictionary<string, string>(config.Env ?? new Dictionary<string, string>());
            env[Interpreters.PythonUnbuffered] = "1";
            config = config with { Env = env };
        }
        return config with
        {
            Name = config.Name ?? DefaultName.For(argv),
            ProjectDir = config.ProjectDir ?? (CurrentFolder.IsElsewhere ? null : CurrentFolder.Get()),
        };
    }

    bool SetsUnbuffered(ProcessConfig config)
    {
        if (config.Env?.ContainsKey(Interpreters.PythonUnbuffered) == true) return true;
        if (files.HasVariable(Interpreters.PythonUnbuffered)) return true;
        if (config.EnvFile is not { } file || !files.AreKnown) return false;
        // If the file cannot be read, the start reports that.
        var read = EnvFile.Read(Path.Combine(Folder, file), ClientContextBuilder.KeptEnvironment());
        return read.Values?.ContainsKey(Interpreters.PythonUnbuffered) == true;
    }
}
