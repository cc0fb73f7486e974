namespace Tspm.Tests.Fixtures;

/// <summary>
/// A C program that the test brings along: what no script can do (ignore signals exactly, double-fork, write raw bytes
/// and die).
/// </summary>
internal static class CProgram
{
    /// <summary>
    /// Compiles into the box's folder and returns the path; skips the test when there is no compiler.
    /// </summary>
    public static async Task<string> Build(TspmBox box, string name, string source, params string[] flags)
    {
        var compiler = Tools.Compiler;
        var file = box.Write(name + ".c", source);
        var program = Path.Combine(box.Folder, name);
        (await box.RunProgram(compiler, ["-O1", .. flags, "-o", program, file])).Exits(0);
        return program;
    }
}
