namespace Tspm.Storage;

/// <summary>Makes the home and its folders, 0700, and refuses one that others could tamper with.</summary>
internal static class HomeFolders
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Throws <see cref="HomeException"/> with the cause and the remedy.</summary>
    public static void Prepare(TspmHome home)
    {
        foreach (var folder in new[] { home.Path, home.RunFolder, home.LogFolder, Path.GetDirectoryName(home.SocketPath)! })
        {
            // Each before the next is made in it.
            Make(folder);
            if (Platform.Files.OpenToOthers(folder) is { } problem) throw new HomeException(problem, notPermitted: true);
        }
        if ((File.GetUnixFileMode(home.Path) & ~OwnerOnly) != 0) Tighten(home.Path);
    }

    static void Make(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder, OwnerOnly);
        }
        catch (UnauthorizedAccessException)
        {
            throw new HomeException($"cannot make {folder}: permission denied. Make its parent writable, or set TSPM_HOME to a folder of yours", notPermitted: true);
        }
        catch (IOException e)
        {
            throw new HomeException($"cannot make {folder}: {Platform.Files.Describe(e)}. Set TSPM_HOME to a folder of yours");
        }
    }

    static void Tighten(string folder)
    {
        try
        {
            File.SetUnixFileMode(folder, OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HomeException($"{folder} is open to others and its mode cannot be changed: run chmod 700 {folder}", notPermitted: true);
        }
    }
}
