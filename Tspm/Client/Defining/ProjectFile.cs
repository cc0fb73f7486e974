using Tspm.Client.Connection;
using Tspm.Config;
using Tspm.Config.Import;
using Tspm.Model.Config;
using Tspm.Protocol;

namespace Tspm.Client.Defining;

/// <summary>The processes of a config file, and their project, see <see cref="ProjectName"/>.</summary>
/// <param name="Project">The project named in the file, otherwise its folder.</param>
/// <param name="Processes">In the order of the file.</param>
internal sealed record ProjectFile(string Project, IReadOnlyList<ProcessConfig> Processes)
{
    /// <summary>Reads a config file. No other code of the client does.</summary>
    /// <exception cref="DaemonException">The file is not valid; the message says where and why.</exception>
    public static ProjectFile Read(string path)
    {
        var kind = ForeignFile.Recognise(path);
        if (kind != FileKind.Tspm && StartRefusals.OtherTool(path, kind) is { } other) throw other;
        if (kind == FileKind.None && StartRefusals.IsScript(path) && File.Exists(path))
            throw StartRefusals.ScriptAsFile(path);
        try
        {
            var folder = FolderOf(path);
            var file = ConfigFile.ReadAll(path, folder);
            return new ProjectFile(file.Project ?? folder, file.Processes);
        }
        catch (Exception mistake) when (mistake is ConfigFileException or TextFileException)
        {
            throw new DaemonException(ErrorCode.Failed, mistake.Message);
        }
    }

    /// <summary>The folder of a file on this machine. Symbolic links are not resolved.</summary>
    public static string FolderOf(string path) =>
        Path.GetDirectoryName(CurrentFolder.AbsoluteHere(path)) ?? "/";
}
