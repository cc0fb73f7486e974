namespace Tspm.Tests.Fixtures;

/// <summary>
/// A C library that is loaded into the processes of a box (man 8 ld.so, LD_PRELOAD): faults that nothing else can bring
/// about.
/// </summary>
internal static class Preload
{
    /// <summary>
    /// Compiles the library and has the following commands of the box load it; what they start inherits it. Skips the
    /// test when there is no compiler.
    /// </summary>
    public static async Task Use(TspmBox box, string name, string source)
    {
        var library = Path.Combine(box.Folder, name + ".so");
        (await box.RunProgram(Tools.Compiler, "-O1", "-shared", "-fPIC", "-o", library, box.Write(name + ".c", source)))
            .Exits(0);
        box.Variables["LD_PRELOAD"] = library;
    }

    /// <summary>The following commands do not load it; a daemon that runs keeps it.</summary>
    public static void Stop(TspmBox box) => box.Variables.Remove("LD_PRELOAD");
}
