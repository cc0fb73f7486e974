using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Config;

/// <summary>Says how a new definition of a process differs from its present one. Pure.</summary>
internal static class Redefinition
{
    /// <summary>How the present program differs: "another command: node a.js, in /srv".</summary>
    /// <returns>Null if both definitions run the same program.</returns>
    public static string? OtherProgram(ProcessConfig before, ProcessConfig after)
    {
        var isElsewhere = before.ProjectDir != after.ProjectDir;
        if (CommandOf(before) is var command && command != CommandOf(after))
            return $"another command: {command}, in {before.ProjectDir}";
        var interpreter = InterpreterOf(before);
        if (interpreter == InterpreterOf(after))
            return isElsewhere ? $"another working directory: {before.ProjectDir}" : null;
        var other = interpreter is null ? "no interpreter" : $"another interpreter: {interpreter}";
        return isElsewhere ? $"{other}, in {before.ProjectDir}" : other;
    }

    /// <summary>How the present definition differs: its program, or "other settings: env.PORT, health".</summary>
    /// <returns>Null if both definitions are equal.</returns>
    public static string? Other(ProcessConfig before, ProcessConfig after)
    {
        if (OtherProgram(before, after) is { } program) return program;
        var fields = ConfigDifference.Between(before, after).FindAll(static field => !ApplyPlan.ChangesProgram(field));
        return fields.Count > 0 ? $"other settings: {string.Join(", ", fields)}" : null;
    }

    /// <summary>A remark for the user about a process that is defined anew.</summary>
    /// <returns>Null if it runs the same program and loses no setting.</returns>
    public static string? Remark(ProcessConfig before, ProcessConfig after)
    {
        var (name, other) = (before.NameOrEmpty, OtherProgram(before, after));
        var lost = ConfigDifference.Lost(before, after)
            .FindAll(field => !ApplyPlan.ChangesProgram(field) && !IsOurs(field, before));
        if (other is null && lost.Count == 0) return null;
        var remark = $"'{name}' was defined before{(other is null ? "" : $", with {other}")}";
        return lost.Count == 0 ? remark
            : $"{remark}; these settings of the earlier one are gone: {string.Join(", ", lost)}; "
                + $"to change a setting and keep the others: tspm set {ShellWords.Quote(name)} KEY=VALUE";
    }

    /// <summary>Tspm set this variable itself, because it had chosen the interpreter.</summary>
    static bool IsOurs(string field, ProcessConfig before) =>
        field == $"env.{Interpreters.PythonUnbuffered}" && before.Interpreter == Interpreters.Python;

    /// <summary>A command that was given in one word is the same as one that was given in several.</summary>
    static string? CommandOf(ProcessConfig config)
    {
        if (config is not { Command: { } command }) return null;
        var words = config.Args is { } args ? [command, .. args] : ShellWords.Analyze(command).Words;
        return words is null ? command : string.Join(' ', words.Select(ShellWords.Quote));
    }

    static string? InterpreterOf(ProcessConfig config) => config.Interpreter is "none" ? null : config.Interpreter;
}
