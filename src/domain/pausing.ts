/** Work that pauses where other work may come in between. Whoever begins it runs it to its end. */
export type Pausing<T> = Generator<void, T, void>;
