namespace Tspm.Platform.Linux.Events;

/// <summary>Whoever waits for a descriptor. Called on the loop's thread; must not block.</summary>
internal interface IReadyHandler
{
    /// <param name="fd">As it was given to <see cref="EventLoop.Watch"/>.</param>
    /// <param name="events">EPOLLIN, EPOLLHUP … (man 2 epoll_ctl).</param>
    void Ready(int fd, uint events);
}
