package org.itkserver.store;

/** Hears how the committer is. Called by the committer's thread; quick, and never fails. */
public interface CommitterWatch {
    /** Hears nothing. */
    CommitterWatch NONE = new CommitterWatch() {
        @Override
        public void turned() {
            // nobody asks
        }

        @Override
        public void failed(Throwable e) {
            // nobody asks
        }

        @Override
        public void storing(boolean works) {
            // nobody asks
        }
    };

    /** The loop went round once, with or without something to commit. */
    void turned();

    /** Something failed that is neither the database nor an entry: an exception of the program, or an Error. */
    void failed(Throwable e);

    /** Whether the last write was made durable. While it was not, the committer tries a small write every second. */
    void storing(boolean works);
}
