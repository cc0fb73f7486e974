namespace Tspm.Config;

/// <summary>
/// The program that runs a script, by the ending of its name. A file that says what runs it (<c>#!</c>) is PM2's users'
/// habit to start this way, too.
/// </summary>
internal static class Interpreters
{
    public const string Python = "python3";

    /// <summary>Makes Python print at once into a log; otherwise the last lines of a killed program are lost.</summary>
    public const string PythonUnbuffered = "PYTHONUNBUFFERED";

    /// <summary>Null: the file is executed itself.</summary>
    /// <param name="isOnPath">Is there such a program on the client's PATH?</param>
    public static string? ForScript(string program, Func<string, bool> isOnPath) => Path.GetExtension(program) switch
    {
        // A name that is all ending (".py") is no script.
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
    /// As <see cref="ForScript"/>, but an executable file whose first line names a program for another language is
    /// executed itself: a <c>run.sh</c> that begins with <c>#!/usr/bin/env python3</c> is none for a shell.
    /// </summary>
    /// <param name="program">As it was typed.</param>
    /// <param name="isOnPath">Is there such a program on the client's PATH?</param>
    /// <param name="own">The program that the file itself names, see <see cref="Import.ScriptFile.OwnInterpreter"/>;
    /// null: none.</param>
    public static string? ForFile(string program, Func<string, bool> isOnPath, string? own)
    {
        var chosen = ForScript(program, isOnPath);
        return chosen is null || own is null || IsSame(own, chosen) ? chosen : null;
    }

    /// <summary>Both run the same scripts. Names may end in a version: python3.12.</summary>
    /// <param name="program">Any program, with or without its folder.</param>
    /// <param name="chosen">One that <see cref="ForScript"/> chooses.</param>
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

    public static bool IsOnPath(string program)
    {
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(':',
            StringSplitOptions.RemoveEmptyEntries))
            if (File.Exists(Path.Combine(folder, program))) return true;
        return false;
    }
}
