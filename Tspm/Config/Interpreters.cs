namespace Tspm.Config;

/// <summary>
/// Chooses the program that runs a script by the ending of its name. PM2 users are used to starting scripts this way,
/// even scripts that name their interpreter (<c>#!</c>).
/// </summary>
internal static class Interpreters
{
    public const string Python = "python3";

    /// <summary>
    /// Makes Python write its output immediately; otherwise the last lines of a killed program are lost.
    /// </summary>
    public const string PythonUnbuffered = "PYTHONUNBUFFERED";

    /// <summary>The interpreter for a file with this name.</summary>
    /// <param name="program">The name or path of the file.</param>
    /// <param name="isOnPath">Whether a program is on the PATH of the client.</param>
    /// <returns>Null if the file is executed itself.</returns>
    public static string? ForScript(string program, Func<string, bool> isOnPath) => Path.GetExtension(program) switch
    {
        // A name that consists only of an ending (".py") is not a script.
        { Length: > 0 } ending when ending.Length == Path.GetFileName(program).Length => null,
        ".js" or ".mjs" or ".cjs" or ".ts" => "node",
        ".py" => Python,
        ".rb" => "ruby",
        ".sh" => isOnPath("bash") ? "bash" : "sh",
        ".pl" => "perl",
        ".php" => "php",
        _ => null,
    };

    /// <summary>
    /// Like <see cref="ForScript"/>, except that an executable file whose first line names a program for another
    /// language is executed itself: a <c>run.sh</c> that begins with <c>#!/usr/bin/env python3</c> is not for a shell.
    /// </summary>
    /// <param name="program">The program as the user typed it.</param>
    /// <param name="isOnPath">Whether a program is on the PATH of the client.</param>
    /// <param name="own">
    /// The program that the file itself names, see <see cref="Import.ScriptFile.OwnInterpreter"/>; null if it names
    /// none.
    /// </param>
    public static string? ForFile(string program, Func<string, bool> isOnPath, string? own)
    {
        var chosen = ForScript(program, isOnPath);
        return chosen is null || own is null || IsSame(own, chosen) ? chosen : null;
    }

    /// <summary>Whether two programs run the same scripts. A name may end in a version: python3.12.</summary>
    /// <param name="program">Any program, with or without its folder.</param>
    /// <param name="chosen">A program that <see cref="ForScript"/> chose.</param>
    public static bool IsSame(string program, string chosen)
    {
        var name = Path.GetFileName(program).TrimEnd("0123456789.".ToCharArray());
        return chosen switch
        {
            "bash" or "sh" => name is "bash" or "sh",
            "node" => name is "node" or "nodejs",
            Python => name is "python",
            _ => name == chosen,
        };
    }

    /// <summary>Whether the PATH of this process has a file with this name.</summary>
    public static bool IsOnPath(string program) => IsOnPath(program, Environment.GetEnvironmentVariable("PATH"));

    /// <summary>Whether a PATH has a file with this name.</summary>
    /// <param name="program">A name without a slash.</param>
    /// <param name="path">The value of the variable; null if it is not set.</param>
    public static bool IsOnPath(string program, string? path)
    {
        foreach (var folder in (path ?? "/usr/bin:/bin").Split(':', StringSplitOptions.RemoveEmptyEntries))
            if (File.Exists(Path.Combine(folder, program))) return true;
        return false;
    }
}
