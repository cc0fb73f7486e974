using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Config;

/// <summary>
/// What is executed for a config: decided purely, before anything is touched. With <c>args</c> the command is one
/// program, taken literally. Without, it is a command line: executed directly when its words mean the same without a
/// shell, else <c>/bin/sh -c COMMAND</c> unchanged. A process that runs below a shell gets its stop signal through its
/// process group, so that it reaches the program and not only the shell.
/// </summary>
/// <param name="Program">Looked up in the child's own PATH when it has no slash.</param>
/// <param name="Arguments">argv, including argv[0].</param>
internal sealed record LaunchPlan(string Program, IReadOnlyList<string> Arguments, bool UsesShell)
{
    public const string Shell = "/bin/sh";

    /// <summary>Interpreter's value for "none at all, not even by the file's ending".</summary>
    public const string NoInterpreter = "none";

    /// <summary>
    /// The plan of a validated config. Never throws: a broken command, which
    /// <see cref="Validation.ConfigValidation"/> refuses, is handed to the shell, which reports the error.
    /// </summary>
    public static LaunchPlan Of(ProcessConfig config)
    {
        var command = config.Command ?? "";
        var interpreter = config.Interpreter is null or NoInterpreter
            ? []
            : ShellWords.Split(config.Interpreter) ?? [config.Interpreter];
        var words = config.Args is { } args ? [command, .. args] : ShellWords.Split(command);
        if (words is not null) return Direct([.. interpreter, .. words], usesShell: false);
        // In front of the command means in front of it: the shell runs the interpreter, not the interpreter the shell.
        var prefix = string.Concat(interpreter.Select(word => ShellWords.Quote(word) + " "));
        return Direct([Shell, "-c", prefix + command], usesShell: true);
    }

    static LaunchPlan Direct(IReadOnlyList<string> argv, bool usesShell) => new(argv[0], argv, usesShell);
}
