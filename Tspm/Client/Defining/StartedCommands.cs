using Tspm.Client.CommandLine;
using Tspm.Config;
using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Client.Defining;

/// <summary>
/// A script for which Tspm would choose the interpreter is not there. The message is a sentence for the user.
/// </summary>
internal sealed class MissingScriptException(string message) : Exception(message);

/// <summary>Makes configs of the commands that <c>start</c> and <c>add</c> are given.</summary>
/// <param name="flags">The flags that change a config, see <see cref="ConfigFlags"/>.</param>
/// <param name="files">What is there.</param>
internal sealed class StartedCommands(IReadOnlyList<GivenFlag> flags, StartFiles files)
{
    /// <summary>What followed <c>--</c> alone is executed as it is: no shell, no interpreter.</summary>
    public ProcessConfig OfProgram(IReadOnlyList<string> program) =>
        Complete(new ProcessConfig { Command = program[0], Args = [.. program.Skip(1)] }, program, null);

    /// <summary>The whole word is the path of a file, whatever characters are in it.</summary>
    /// <exception cref="MissingScriptException">It is not there.</exception>
    public ProcessConfig OfFile(string word, IReadOnlyList<string>? arguments)
    {
        var folder = Folder;
        // The child runs in --cwd, so a script is looked for there first, and then in the shell's folder.
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

    /// <summary>Several words are one command, each of them as it was typed.</summary>
    /// <exception cref="MissingScriptException">The script is not there.</exception>
    public ProcessConfig OfWords(IReadOnlyList<string> words)
    {
        var interpreter = InterpreterOf(words[0]);
        RequireScript(words[0], interpreter);
        var command = IsOwnProgram(words[0], interpreter) ? "./" + words[0] : words[0];
        return Complete(new ProcessConfig { Command = command, Args = [.. words.Skip(1)] }, words, interpreter);
    }

    /// <summary>A command line in one word.</summary>
    /// <exception cref="UsageException">It is empty or broken.</exception>
    /// <exception cref="MissingScriptException">The script is not there.</exception>
    public ProcessConfig OfLine(string command, IReadOnlyList<string>? arguments)
    {
        if (command.AsSpan().Trim().IsEmpty)
            throw new UsageException(
                "the command is empty; give a program, for example: tspm start \"node server.js\"");
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
        if (interpreter is null || IsInterpreterGiven) return;
        if (!files.AreKnown || files.IsFile(Path.Combine(Folder, script))) return;
        var shown = Tspm.Client.Terminal.ControlText.Escape(script);
        throw new MissingScriptException(
            $"there is no process '{shown}', and no script {shown} in "
                + $"{Tspm.Client.Terminal.ControlText.Escape(Folder)}");
    }

    string? InterpreterOf(string script) => Interpreters.ForFile(
        script, files.IsProgram, IsInterpreterGiven ? null : files.OwnInterpreter(Path.Combine(Folder, script)));

    /// <summary>A script of the folder that runs itself: without a slash it would be looked up on the PATH.</summary>
    bool IsOwnProgram(string script, string? interpreter) =>
        interpreter is null && !script.Contains('/') && !IsInterpreterGiven && StartWords.IsScript(script)
        && files.IsFile(Path.Combine(Folder, script));

    bool IsInterpreterGiven => ConfigFlags.ValueOf(flags, "interpreter") is not null;

    /// <summary>
    /// Flags win; then the working directory is the shell's, and the name what a person would call it.
    /// </summary>
    /// <param name="config">What was typed.</param>
    /// <param name="argv">The words of the command, for its name.</param>
    /// <param name="interpreter">Chosen by the file's ending; null: none.</param>
    ProcessConfig Complete(ProcessConfig config, IReadOnlyList<string> argv, string? interpreter)
    {
        config = ConfigFlags.Apply(config with { Interpreter = interpreter }, flags);
        if (interpreter == Interpreters.Python && !IsInterpreterGiven && !SetsUnbuffered(config))
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
        // One that cannot be read is a matter for the start.
        var read = EnvFile.Read(Path.Combine(Folder, file), ClientContextBuilder.KeptEnvironment());
        return read.Values?.ContainsKey(Interpreters.PythonUnbuffered) == true;
    }
}
