namespace Tspm.Client.Connection;

/// <summary>What the client does after an attempt.</summary>
internal enum NextStep
{
    /// <summary>Return the answer.</summary>
    Return,

    /// <summary>Report the failure.</summary>
    Fail,

    /// <summary>Report the failure, with the versions of client and daemon when they differ.</summary>
    FailNamingVersions,

    /// <summary>Wait as long as the daemon said, then send the same request over the same connection.</summary>
    WaitAndRepeat,

    /// <summary>Connect again and send the same request, with the same key, to whichever daemon answers.</summary>
    Repeat,

    /// <summary>
    /// Connect again. The same daemon gets the same request with the same key, so it executes the request once; for
    /// another daemon, <see cref="Rephrase"/>.
    /// </summary>
    RepeatOrRephrase,

    /// <summary>
    /// Connect again. The same daemon gets the same request with the same key; for another daemon, <see
    /// cref="GiveUp"/>.
    /// </summary>
    RepeatOrGiveUp,

    /// <summary>Send the new daemon the form of the request that is safe to repeat, with a new key.</summary>
    Rephrase,

    /// <summary>Another daemon answers: report that the outcome is unknown.</summary>
    GiveUp,

    /// <summary>Start the daemon, then connect again.</summary>
    StartDaemon,
}
