/** What float32 may leave uncertain of a loss, relative to it: several of its roundings. */
export const LOSS_ROUNDING = 2 ** -21
