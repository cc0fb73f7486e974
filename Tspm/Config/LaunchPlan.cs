using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Config;

/// <summary>
/// The command that is executed for a config. It is decided purely, before anything is touched. With <c>args</c> the
/// command is one program, taken literally. Without, it is a command line: it is executed directly if its words mean
/// the same without a shell, else unchanged as <c>/bin/sh -c COMMAND</c>. A process that runs below a shell gets its
/// stop signal through its process group, so that the signal reaches the program and not only the shell.
/// </summary>
/// <param name="Program">The program; without a slash it is looked up in the PATH of the child.</param>
/// <param name="Arguments">The argument vector, including argv[0].</param>
/// <param name="UsesShell">Whether the command runs below a shell.</param>
internal sealed record LaunchPlan(string Program, IReadOnlyList<string> Arguments, bool UsesShell)
{
    public const string Shell = "/bin/sh";

    /// <summary>Value of <c>interpreter</c> for "no interpreter, not even by the ending of the file".</summary>
    public const string NoInterpreter = "none";

    /// <summary>
    /// The plan for a validated config. Never throws: a command that
    /// <see cref="Validation.ConfigValidation"/> refuses as broken is passed to the shell, which reports the error.
    /// </summary>
    public static LaunchPlan For(ProcessConfig config)
    {
        var command = config.Command ?? "";
        var interpreter = config.Interpreter is null or NoInterpreter
            ? []
            : ShellWords.Split(config.Interpreter) ?? [config.Interpreter];
        var words = config.Args is { } args ? [command, .. args] : ShellWords.Split(command);
        if (words is not null) return Direct([.. interpreter, .. words], usesShell: false);
        // The interpreter comes before the command within the shell line: the shell runs the interpreter, not the other
        // way round.
        var prefix = string.Concat(interpreter.Select(word => ShellWords.Quote(word) + " "));
        return Direct([Shell, "-c", prefix + command], usesShell: true);
    }

    static LaunchPlan Direct(IReadOnlyList<string> argv, bool usesShell) => new(argv[0], argv, usesShell);
}
