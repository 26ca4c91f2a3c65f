export { noticeBody } from './body.ts';
export { type AlertBook, createAlertBook } from './book.ts';
export { alertId } from './fold.ts';
