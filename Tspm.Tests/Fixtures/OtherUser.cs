using System.Globalization;

namespace Tspm.Tests.Fixtures;

/// <summary>Runs commands as a user that is neither root nor the daemon's own. Only root can.</summary>
internal static class OtherUser
{
    /// <summary>Nobody's number on any system that tests run on; it need not be in a user database.</summary>
    public const int Uid = 47_011, Second = 47_012;

    /// <summary>A copy of the executable that everybody may run, and the words in front of it.</summary>
    public static async Task<Ran> Run(TspmBox box, int uid, params string[] arguments)
    {
        Tools.RequireRoot();
        return (await box.RunProgram(Tools.Require("setpriv"),
            [$"--reuid={Number(uid)}", $"--regid={Number(uid)}", "--clear-groups", await Executable(box),
                .. arguments])).CheckWords();
    }

    /// <summary>A line for a shell.</summary>
    public static Task<Ran> Shell(TspmBox box, int uid, string script) =>
        box.RunProgram(Tools.Require("setpriv"), $"--reuid={Number(uid)}", $"--regid={Number(uid)}", "--clear-groups",
            "/bin/sh", "-c", script);

    /// <summary>A folder that belongs to this user.</summary>
    public static async Task<string> Folder(TspmBox box, int uid, string name, string mode = "700")
    {
        var path = Path.Combine(box.Folder, name);
        Directory.CreateDirectory(path);
        (await box.RunProgram("chown", Number(uid), path)).Exits(0);
        (await box.RunProgram("chmod", mode, path)).Exits(0);
        return path;
    }

    /// <summary>
    /// By a program of its own: a process that another test starts while this one writes would inherit the descriptor,
    /// and a file that is open for writing cannot be executed (ETXTBSY, man 2 execve).
    /// </summary>
    static async Task<string> Executable(TspmBox box)
    {
        var program = Path.Combine(box.Folder, "tspm");
        if (!File.Exists(program)) (await box.RunProgram("cp", PublishedExecutable.Path, program)).Exits(0);
        return program;
    }

    static string Number(int uid) => uid.ToString(CultureInfo.InvariantCulture);
}
