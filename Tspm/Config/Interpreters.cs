namespace Tspm.Config;

/// <summary>The program that runs a script, by the ending of its name. A file that says what runs it (<c>#!</c>) is PM2's users' habit to start this way, too.</summary>
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

    public static bool IsOnPath(string program)
    {
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(':', StringSplitOptions.RemoveEmptyEntries))
            if (File.Exists(Path.Combine(folder, program))) return true;
        return false;
    }
}
