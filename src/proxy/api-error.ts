// What the API answers when it cannot do what was asked, in Toxiproxy's own words. It never leaves this folder:
// api.ts turns it into an HTTP answer.

import { messageOf } from '../kernel/errors.ts';

export class ApiError extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

export const badBody = (why: string): ApiError => new ApiError(`bad request body: ${why}`, 400);
export const missingField = (field: string): ApiError =>
  new ApiError(`missing required field: ${field}`, 400);
export const invalidStream = (): ApiError =>
  new ApiError('stream was invalid, can be either upstream or downstream', 400);
export const invalidToxicType = (): ApiError => new ApiError('invalid toxic type', 400);
export const proxyNotFound = (): ApiError => new ApiError('proxy not found', 404);
export const toxicNotFound = (): ApiError => new ApiError('toxic not found', 404);
export const proxyAlreadyExists = (): ApiError => new ApiError('proxy already exists', 409);
export const toxicAlreadyExists = (): ApiError => new ApiError('toxic already exists', 409);

/** The body of an answer that says what went wrong; anything unforeseen is a 500. */
export const errorBody = (error: unknown): { error: string; status: number } => ({
  error: messageOf(error),
  status: error instanceof ApiError ? error.status : 500,
});
