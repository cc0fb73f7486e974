namespace Tspm.Storage;

/// <summary>Makes the home and its folders, 0700, and refuses one that others could tamper with.</summary>
internal static class HomeFolders
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>
    /// Called by the guardian, before it makes anything. Throws <see cref="HomeException"/> with the cause and the
    /// remedy.
    /// </summary>
    public static void Prepare(TspmHome home)
    {
        Platform.FileSystem.KeepOwnersRights();
        foreach (var folder in new[] { home.Path, home.RunFolder, home.LogFolder,
            Path.GetDirectoryName(home.SocketPath)! })
        {
            if (Platform.FileSystem.ForeignLink(folder) is { } link) throw new HomeException(link, notPermitted: true);
            // Each before the next is made in it.
            Make(folder);
            if (Platform.FileSystem.OpenToOthers(folder) is { } problem)
                throw new HomeException(problem, notPermitted: true);
            var mode = File.GetUnixFileMode(folder);
            // Others may look into a folder within the home as far as they may into the home; the owner needs all
            // rights in each.
            if ((mode & OwnerOnly) != OwnerOnly || (folder == home.Path && mode != OwnerOnly)) SetMode(folder);
        }
    }

    static void Make(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder, OwnerOnly);
        }
        catch (UnauthorizedAccessException)
        {
            throw new HomeException($"cannot make {folder}: permission denied. Make its parent writable, or set "
                + "TSPM_HOME to a folder of yours", notPermitted: true);
        }
        catch (IOException e)
        {
            throw new HomeException($"cannot make {folder}: {Platform.FileSystem.Describe(e)}. Set TSPM_HOME to a "
                + "folder of yours");
        }
    }

    static void SetMode(string folder)
    {
        try
        {
            File.SetUnixFileMode(folder, OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HomeException($"the mode of {folder} must be 700 and cannot be changed: "
                + $"{Platform.FileSystem.Describe(e)}. Run chmod 700 {folder}", notPermitted: true);
        }
    }
}
